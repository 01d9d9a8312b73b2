/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Servers: the time service sets the clock, timers run, services start; operations signs in over
 * SSH and looks around.
 *
 * Step of a visit: a is the host, n how many commands are left.
 */
#include "simulate/activity/activities.h"

#include "simulate/shape/host.h"
#include "base/banned.h"

enum { COMMAND = 1 };

void activity_host(struct world *w, const struct step *s)
{
    static const char *const programs[][HOST_ARGUMENTS_MAX] = {
        { "/usr/sbin/logrotate", "/etc/logrotate.conf", NULL },
        { "/usr/bin/find", "/tmp", "-mtime", "+3", NULL },
        { "/usr/lib/apt/apt.systemd.daily", "update", NULL },
    };
    const struct word host = host_name(s->a);
    switch (world_below(w, 8)) {
    case 0:
        host_syscall(w, host.text, NULL, "/usr/sbin/chronyd", "time-change");
        return;
    case 1:
    case 2:
        host_execve(w, host.text, NULL, programs[world_below(w, COUNT_OF(programs))]);
        return;
    case 3: {
        static const char *const fields[4] = { "unit", "apt-daily", "comm", "systemd" };
        host_audit(w, host.text, NULL, "SERVICE_START", fields);
        return;
    }
    default:
        host_journal(w, host.text, "cron.service", "CRON",
                     "pam_unix(cron:session): session closed for user root");
    }
}

/* A privilege for the visit, approved by the manager, and the session that uses it. */
static void record_visit(struct world *w, const struct step *s, const char *host)
{
    const struct person *p = world_person(w, s->actor);
    const struct word ends = word_time(w->now + 2 * (int64_t)MS_PER_HOUR, TIME_SECOND, 0);
    const struct word id = word_number("JIT-", s->b, 6);
    struct json_writer *j = fact_begin(w, "privilege", SOURCE_HOSTS, id.text);
    if (j == NULL) return;
    json_member_text(j, "account", p->account);
    json_member_text(j, "requester", p->account);
    json_member_text(j, "approver", world_person(w, p->manager)->account);
    json_member_text(j, "system", host);
    json_member_text(j, "state", "granted");
    json_member_text(j, "ends", ends.text);
    json_member_text(j, "role", "root");
    json_member_bool(j, "standing", false);
    record_end(w);
    j = fact_begin(w, "privileged_session", SOURCE_HOSTS, word_number("SES-", s->b, 6).text);
    json_member_text(j, "account", p->account);
    json_member_text(j, "system", host);
    json_member_text(j, "grant", id.text);
    json_member_text(j, "ends", ends.text);
    json_member_bool(j, "break_glass", false);
    record_end(w);
}

void activity_host_visit(struct world *w, const struct step *s)
{
    static const char *const commands[][HOST_ARGUMENTS_MAX] = {
        { "systemctl", "status", "web", NULL },
        { "journalctl", "-u", "web", "-n", "200" },
        { "ss", "-tlnp", NULL },
        { "df", "-h", NULL },
        { "tail", "-n", "100", "/srv/web/current/out", NULL },
    };
    struct step next = *s;
    const char *account = world_person(w, s->actor)->account;
    if (s->what == 0) {
        next.a = world_below(w, registry_hosts(w));
        next.n = (uint8_t)stream_between(w->random, 2, 7);
        const struct word host = host_name(next.a);
        const struct word message = word_join("Accepted publickey for ", account);
        next.b = world_number(w, COUNT_THING);
        record_visit(w, &next, host.text);
        host_journal(w, host.text, "ssh.service", "sshd", message.text);
    } else {
        const struct word host = host_name(s->a);
        host_execve(w, host.text, account, commands[world_below(w, COUNT_OF(commands))]);
    }
    if (next.n == 0) return;
    next.n--;
    world_after(w, &next, world_wait(w, 5, 90, 1000), COMMAND);
}
