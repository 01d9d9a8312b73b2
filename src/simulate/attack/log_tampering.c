/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Somebody of operations prepares something and blinds the logs first: audit rules, a log file, the
 * clock, the audit of the database, the collector of the cluster, the service that keeps the log,
 * and last its keys.
 *
 * Step: a is the host; what is the place in the order.
 */
#include "simulate/attack/attacks.h"

#include "simulate/shape/cluster.h"
#include "simulate/shape/host.h"
#include "simulate/shape/pgaudit.h"
#include "base/banned.h"

enum { ENTER, RULES, LOG_FILE, CLOCK, DATABASE, COLLECTOR, STOP, KEYS, STEPS };

static void weaken_database(struct world *w, const struct step *s)
{
    static const struct pg_statement set = { "MISC", "ALTER SYSTEM", "",
                                             "ALTER SYSTEM SET pgaudit.log = 'none'", "<none>" };
    const struct pg_session session = { .user = world_person(w, s->actor)->account,
                                        .application = "psql",
                                        .host = "10.16.200.3",
                                        .number = (uint64_t)s->at,
                                        .began_ms = s->at };
    world_label(w, "audit of the database switched off");
    pg_audit_say(w, &session, 2, 1, &set);
}

static void remove_collector(struct world *w, const struct step *s)
{
    const struct person *p = world_person(w, s->actor);
    const struct word user = word_join(p->account, "@platform.example");
    const struct word ip = word_office_ip(s->actor, p->market);
    const struct cluster_event e = { .user = user.text,
                                     .ip = ip.text,
                                     .verb = "delete",
                                     .resource = "daemonsets",
                                     .name_space = "logging",
                                     .name = "vector",
                                     .code = 200 };
    world_label(w, "collector of logs removed");
    cluster_say(w, &e);
}

static void on_host(struct world *w, const struct step *s, const char *account)
{
    static const char *const truncate[HOST_ARGUMENTS_MAX] = { "truncate", "-s", "0",
                                                              "/var/log/auth.log", NULL };
    static const char *const rule[4] = { "op", "remove_rule", "key", "logins" };
    static const char *const stop[4] = { "unit", "candor", "comm", "systemd" };
    const struct word host = host_name(s->a);
    switch (s->what) {
    case ENTER:
        world_label(w, "signed in to the server");
        host_journal(w, host.text, "ssh.service", "sshd",
                     word_join("Accepted publickey for ", account).text);
        return;
    case RULES:
        world_label(w, "audit rule removed");
        host_audit(w, host.text, account, "CONFIG_CHANGE", rule);
        return;
    case LOG_FILE:
        world_label(w, "log file emptied");
        host_execve(w, host.text, account, truncate);
        return;
    case CLOCK:
        world_label(w, "clock set");
        host_syscall(w, host.text, account, "/usr/bin/date", "time-change");
        return;
    case STOP:
        world_label(w, "the log stopped");
        host_audit(w, host.text, account, "SERVICE_STOP", stop);
        return;
    default:
        world_label(w, "keys of the log copied");
        host_syscall(w, host.text, account, "/usr/bin/cp", "candor-keys");
    }
}

void attack_log_tampering(struct world *w, const struct step *s)
{
    struct step next = *s;
    if (s->what == ENTER) {
        next.actor = people_pick(&w->people, w->random, ROLE_OPERATIONS, MARKET_HOME, w->now);
        next.a = world_below(w, registry_hosts(w));
        world_culprit(w, next.actor);
    }
    if (s->what == DATABASE) {
        weaken_database(w, s);
    } else if (s->what == COLLECTOR) {
        remove_collector(w, s);
    } else {
        on_host(w, &next, world_person(w, next.actor)->account);
    }
    if (s->what + 1 < STEPS) {
        world_after(w, &next, world_wait(w, 1, 7, MS_PER_MINUTE), (uint16_t)(s->what + 1));
    }
}
