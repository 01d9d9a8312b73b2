/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syslog_server udp|tcp|tls ADDRESS [NAME=VALUE…]: a listener for tests/serve/syslog_senders.py.
 * Prints its address, then every message as a line of JSON, and on SIGTERM the counts. NAME:
 * certificate, key, client_ca (files), allow (a network; may be repeated), message_bytes,
 * connections, idle_s, pause_every (stops after so many messages for 20 ms), pause (for good).
 */
#include <stdio.h>
#include <stdlib.h>
#include "base/json_writer.h"
#include "base/num.h"
#include "os/clock.h"
#include "os/loop.h"
#include "serve/syslog.h"
#include "tests/cm.h"

enum { LINE_CAP = 1 << 20, NETWORKS_MAX = 8, PAUSE_MS = 20 };

static struct loop *loop;
static struct syslog *server;
static struct fault fault;
static uint64_t pause_every, pause_for_good, taken;
static struct network networks[NETWORKS_MAX];

static void die(const char *what)
{
    fprintf(stderr, "syslog_server: %s: %s\n", what, fault.text);
    exit(1);
}

static void resume(void *)
{
    syslog_resume(server);
}

static bool take_message(void *, const struct syslog_message *m, const struct syslog_peer *peer)
{
    static char line[LINE_CAP];
    struct writer w = writer_of(line, sizeof line);
    struct json_writer j = json_writer_of(&w);
    uint64_t timer = 0;
    json_object(&j);
    json_member_string(&j, "message", m->bytes);
    json_member_u64(&j, "cut", m->is_cut);
    json_member_text(&j, "from", peer->address);
    json_member_text(&j, "subject", peer->subject);
    json_member_u64(&j, "loopback", peer->is_loopback);
    json_object_end(&j);
    if (writer_end(&w).code != E_OK) die("a line is too long");
    printf("%.*s\n", (int)w.len, line);
    fflush(stdout);
    taken++;
    if (pause_for_good != 0) return false;
    if (pause_every == 0 || taken % pause_every != 0) return true;
    const int64_t at_ns = loop_now_ns(loop) + PAUSE_MS * CLOCK_NS_PER_MS;
    if (loop_at(loop, at_ns, resume, NULL, &timer).code != E_OK) die("timer");
    return false;
}

static void on_stop(void *, int)
{
    const struct syslog_counts c = syslog_counts(server);
    printf("{\"messages\":%llu,\"bytes\":%llu,\"cut\":%llu,\"broken\":%llu,\"refused\":%llu,"
           "\"dropped\":%llu,\"connections\":%u}\n",
           (unsigned long long)c.messages, (unsigned long long)c.bytes, (unsigned long long)c.cut,
           (unsigned long long)c.broken, (unsigned long long)c.refused,
           (unsigned long long)c.dropped, c.connections);
    loop_stop(loop);
}

static void set(struct syslog_options *o, const char *name, const char *value)
{
    uint64_t n = 0;
    bool was_masked = false;
    const bool is_number = num_parse_u64(slice_text(value), &n).code == E_OK;
    if (strcmp(name, "certificate") == 0) o->tls.certificate = file_bytes(value);
    if (strcmp(name, "key") == 0) o->tls.key = file_bytes(value);
    if (strcmp(name, "client_ca") == 0) o->tls.client_ca = file_bytes(value);
    if (strcmp(name, "allow") == 0 &&
        network_parse(slice_text(value), &networks[o->allowed_count++], &was_masked).code != E_OK) {
        die("network");
    }
    if (!is_number) return;
    if (strcmp(name, "message_bytes") == 0) o->message_bytes = n;
    if (strcmp(name, "connections") == 0) o->connections = (uint32_t)n;
    if (strcmp(name, "idle_s") == 0) o->idle_s = (uint32_t)n;
    if (strcmp(name, "pause_every") == 0) pause_every = n;
    if (strcmp(name, "pause") == 0) pause_for_good = n;
}

int main(int argc, char **argv)
{
    static const char *const kinds[] = { "udp", "tcp", "tls" };
    struct syslog_options options = { .allowed = networks };
    const struct syslog_calls calls = { take_message, NULL };
    if (argc < 3) return 2;
    options.address = argv[2];
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (strcmp(argv[1], kinds[i]) == 0) options.kind = (enum syslog_kind)i;
    }
    for (int i = 3; i < argc; i++) {
        char *value = strchr(argv[i], '=');
        if (value == NULL) return 2;
        *value++ = '\0';
        set(&options, argv[i], value);
    }
    if (loop_new(NULL, &loop, &fault).code != E_OK) die("loop");
    if (loop_on_stop_signal(loop, on_stop, NULL, &fault).code != E_OK) die("signals");
    if (syslog_listen(loop, &options, &calls, &server, &fault).code != E_OK) die("listen");
    printf("%s\n", syslog_address(server));
    fflush(stdout);
    if (loop_run(loop, &fault).code != E_OK) die("loop");
    syslog_free(server);
    loop_free(loop);
    return 0;
}
