/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/syslog.h"

#include <stdlib.h>
#include <unistd.h>
#include "base/bytes.h"
#include "base/num.h"
#include "os/clock.h"
#include "serve/syslog_state.h"
#include "base/banned.h"

/*
 * The listener, and all of UDP. While paused nothing is read: descriptors that become readable are
 * taken out of the loop one by one, and put back by syslog_resume.
 */
enum {
    ACCEPTED_AT_ONCE = 16,
    BATCHES_AT_ONCE = 4,
    SWEEP_NS = 1'000'000'000,
    ALLOWED_MAX = 1024,
};

void syslog_deliver(struct syslog *s, const struct syslog_message *m,
                    const struct syslog_peer *peer)
{
    s->counts.messages++;
    s->counts.bytes += m->bytes.len;
    s->counts.cut += m->is_cut;
    if (!s->calls.message(s->calls.self, m, peer)) s->is_paused = true;
}

bool syslog_allows(const struct syslog *s, const struct net_address *a)
{
    if (net_is_loopback(a)) return true;
    for (size_t i = 0; i < s->options.allowed_count; i++) {
        if (network_holds(&s->allowed[i], a->bytes)) return true;
    }
    return false;
}

/* A datagram is a message (RFC 5426 section 3.1); what some senders put behind it is not. */
static struct syslog_message message_of(const struct syslog *s, const struct net_datagram *d)
{
    slice bytes = d->bytes;
    const size_t most = s->options.message_bytes;
    while (bytes.len != 0 && (bytes.at[bytes.len - 1] == '\n' || bytes.at[bytes.len - 1] == '\r' ||
                              bytes.at[bytes.len - 1] == '\0'))
        bytes.len--;
    const bool is_cut = d->cut || bytes.len > most;
    if (bytes.len > most) bytes.len = most;
    return (struct syslog_message){ bytes, is_cut };
}

static void deliver_datagrams(struct syslog *s)
{
    char address[NET_TEXT_CAP];
    while (s->batch_next < s->batch_count && !s->is_paused) {
        const struct net_datagram d = net_datagram(s->batch, s->batch_next++);
        const struct syslog_message m = message_of(s, &d);
        if (!syslog_allows(s, &d.from)) {
            s->counts.refused++;
            continue;
        }
        if (m.bytes.len == 0) continue;
        net_host_text(&d.from, address);
        syslog_deliver(s, &m,
                       &(struct syslog_peer){ .address = address,
                                              .subject = "",
                                              .is_loopback = net_is_loopback(&d.from) });
    }
}

static void receive_datagrams(struct syslog *s)
{
    for (int i = 0; i < BATCHES_AT_ONCE && !s->is_paused; i++) {
        uint32_t dropped = s->dropped;
        s->batch_next = s->batch_count = 0;
        if (net_receive(s->fd, s->batch, NET_BATCH, &s->batch_count, &dropped).code != E_OK) return;
        s->counts.dropped += (uint32_t)(dropped - s->dropped);
        s->dropped = dropped;
        deliver_datagrams(s);
    }
}

static void accept_connections(struct syslog *s)
{
    struct fault f = {};
    for (int i = 0; i < ACCEPTED_AT_ONCE && s->counts.connections < s->options.connections; i++) {
        struct net_address peer = {};
        int fd = -1;
        const status accepted = net_accept(s->fd, &fd, &peer, &f);
        if (accepted.code == E_BUSY) return;
        if (accepted.code != E_OK) { /* no descriptors left: again when the sweep comes */
            loop_unwatch(s->loop, s->fd);
            s->is_watched = false;
            syslog_arm(s);
            return;
        }
        syslog_connection_new(s, fd, &peer);
    }
}

static void on_ready(void *self, unsigned)
{
    struct syslog *s = self;
    if (s->options.kind != SYSLOG_UDP) {
        accept_connections(s);
        if (s->is_watched) syslog_watch(s);
        return;
    }
    if (!s->is_paused) receive_datagrams(s);
    syslog_watch(s);
}

void syslog_watch(struct syslog *s)
{
    struct fault f = {};
    const bool is_full = s->counts.connections >= s->options.connections;
    const bool wanted = s->fd >= 0 && !(s->options.kind == SYSLOG_UDP ? s->is_paused : is_full);
    if (wanted == s->is_watched) return;
    if (!wanted) loop_unwatch(s->loop, s->fd);
    s->is_watched = wanted && loop_watch(s->loop, s->fd, LOOP_READ, on_ready, s, &f).code == E_OK;
}

/* Once a second: connections that are too slow, and a listener that ran out of descriptors. */
static void sweep(void *self)
{
    struct syslog *s = self;
    const int64_t now_ns = loop_now_ns(s->loop);
    s->timer = 0;
    struct syslog_connection *next = NULL;
    for (struct syslog_connection *c = s->connections; c != NULL; c = next) {
        next = c->next;
        if (s->is_paused || now_ns < c->deadline_ns) continue;
        if (c->held != 0) s->counts.broken++;
        if (c->tls != NULL && !tls_is_ready(c->tls)) s->counts.refused++;
        syslog_connection_free(c);
    }
    const bool is_short = !s->is_watched && s->fd >= 0;
    syslog_watch(s);
    if (s->connections != NULL || is_short) syslog_arm(s);
}

void syslog_arm(struct syslog *s)
{
    if (s->timer != 0 || s->options.kind == SYSLOG_UDP) return;
    ignore(loop_at(s->loop, loop_now_ns(s->loop) + SWEEP_NS, sweep, s, &s->timer),
           "the next connection asks again");
}

static status copy_options(struct syslog *s, const struct syslog_options *o, struct fault *f)
{
    s->options = *o;
    s->options.tls = (struct tls_files){};
    s->options.allowed = NULL;
    if (o->message_bytes == 0) s->options.message_bytes = SYSLOG_MESSAGE_BYTES;
    if (o->connections == 0) s->options.connections = SYSLOG_CONNECTIONS_MAX;
    if (o->idle_s == 0) s->options.idle_s = SYSLOG_IDLE_S;
    if (o->allowed_count > ALLOWED_MAX) {
        return fault_set(f, FAIL(E_LIMIT), "more than %d networks for syslog", ALLOWED_MAX);
    }
    s->allowed = calloc(o->allowed_count + 1, sizeof *s->allowed);
    if (s->allowed == NULL) return fault_set(f, FAIL(E_NOMEM), "no memory for syslog");
    for (size_t i = 0; i < o->allowed_count; i++)
        s->allowed[i] = o->allowed[i];
    return OK;
}

static status open_socket(struct syslog *s, const char *address, struct fault *f)
{
    struct net_address a = {};
    TRY(net_parse(address, &a, f));
    TRY(s->options.kind == SYSLOG_UDP ? net_bind_udp(&a, &s->fd, f) : net_listen(&a, &s->fd, f));
    TRY(net_local(s->fd, &a, f));
    net_text(&a, s->address);
    if (s->options.kind == SYSLOG_UDP) s->batch = net_batch_new();
    if (s->options.kind == SYSLOG_UDP && s->batch == NULL) {
        return fault_set(f, FAIL(E_NOMEM), "no memory for syslog");
    }
    TRY(loop_watch(s->loop, s->fd, LOOP_READ, on_ready, s, f));
    s->is_watched = true;
    return OK;
}

static status open_all(struct syslog *s, const struct syslog_options *o, struct fault *f)
{
    TRY(copy_options(s, o, f));
    if (o->kind == SYSLOG_TLS) TRY(tls_server_new(&o->tls, &s->tls, f));
    return open_socket(s, o->address, f);
}

status syslog_listen(struct loop *l, const struct syslog_options *options,
                     const struct syslog_calls *calls, struct syslog **ret_syslog, struct fault *f)
{
    struct syslog *s = calloc(1, sizeof *s);
    if (s == NULL) return fault_set(f, FAIL(E_NOMEM), "no memory for syslog");
    s->loop = l;
    s->calls = *calls;
    s->fd = -1;
    const status opened = open_all(s, options, f);
    if (opened.code == E_OK) *ret_syslog = s;
    if (opened.code != E_OK) syslog_free(s);
    return opened;
}

void syslog_free(struct syslog *s)
{
    if (s == NULL) return;
    syslog_stop_accepting(s);
    while (s->connections != NULL)
        syslog_connection_free(s->connections);
    loop_cancel(s->loop, s->timer);
    tls_server_free(s->tls);
    net_batch_free(s->batch);
    free(s->allowed);
    free(s);
}

const char *syslog_address(const struct syslog *s)
{
    return s->address;
}

void syslog_resume(struct syslog *s)
{
    if (!s->is_paused) return;
    s->is_paused = false;
    if (s->options.kind == SYSLOG_UDP) deliver_datagrams(s);
    struct syslog_connection *next = NULL;
    for (struct syslog_connection *c = s->connections; c != NULL; c = next) {
        next = c->next;
        syslog_connection_resume(c);
    }
    syslog_watch(s);
}

void syslog_stop_accepting(struct syslog *s)
{
    if (s->fd < 0) return;
    if (s->is_watched) loop_unwatch(s->loop, s->fd);
    s->is_watched = false;
    close(s->fd);
    s->fd = -1;
}

struct syslog_counts syslog_counts(const struct syslog *s)
{
    return s->counts;
}
