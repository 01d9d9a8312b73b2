/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/shape/host.h"

#include "base/banned.h"

struct word host_name(uint64_t n)
{
    static const char *const kinds[] = { "web-", "feed-", "db-", "queue-", "search-", "media-" };
    return word_number(kinds[n % COUNT_OF(kinds)], n / COUNT_OF(kinds) + 1, 2);
}

static struct json_writer *begin(struct world *w, const char *host, const char *account,
                                 const char *type)
{
    struct json_writer *j = event_begin(w, SOURCE_HOSTS, account, NULL);
    json_member_text(j, "timestamp", word_time(w->now, TIME_UTC, 0).text);
    json_member_text(j, "product", "linux");
    json_member_text(j, "service", "auditd");
    json_member_text(j, "host", host);
    json_member_text(j, "type", type);
    json_member_u64(j, "serial", stream_next(w->random) >> 44);
    if (account != NULL) json_member_text(j, "AUID", account);
    return j;
}

void host_execve(struct world *w, const char *host, const char *account,
                 const char *const arguments[HOST_ARGUMENTS_MAX])
{
    struct json_writer *j = begin(w, host, account, "EXECVE");
    uint64_t count = 0;
    while (count < HOST_ARGUMENTS_MAX && arguments[count] != NULL)
        count++;
    json_member_u64(j, "argc", count);
    for (uint64_t i = 0; i < count; i++)
        json_member_text(j, word_number("a", i, 1).text, arguments[i]);
    event_end(w);
}

void host_syscall(struct world *w, const char *host, const char *account, const char *exe,
                  const char *key)
{
    struct json_writer *j = begin(w, host, account, "SYSCALL");
    json_member_text(j, "arch", "c000003e");
    json_member_text(j, "success", "yes");
    json_member_u64(j, "uid", 0);
    json_member_text(j, "comm", strrchr(exe, '/') == NULL ? exe : strrchr(exe, '/') + 1);
    json_member_text(j, "exe", exe);
    json_member_text(j, "key", key);
    event_end(w);
}

void host_audit(struct world *w, const char *host, const char *account, const char *type,
                const char *const fields[4])
{
    struct json_writer *j = begin(w, host, account, type);
    if (fields[0] != NULL) json_member_text(j, fields[0], fields[1]);
    if (fields[2] != NULL) json_member_text(j, fields[2], fields[3]);
    json_member_text(j, "res", "success");
    event_end(w);
}

void host_journal(struct world *w, const char *host, const char *unit, const char *identifier,
                  const char *message)
{
    struct json_writer *j = event_begin(w, SOURCE_HOSTS, NULL, NULL);
    json_member_text(j, "__REALTIME_TIMESTAMP", word_number("", (uint64_t)w->now * 1000, 1).text);
    json_member_text(j, "_HOSTNAME", host);
    json_member_text(j, "_SYSTEMD_UNIT", unit);
    json_member_text(j, "SYSLOG_IDENTIFIER", identifier);
    json_member_text(j, "PRIORITY", "6");
    json_member_text(j, "MESSAGE", message);
    event_end(w);
}
