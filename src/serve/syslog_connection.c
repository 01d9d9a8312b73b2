/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/syslog_state.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/bytes.h"
#include "os/clock.h"
#include "base/banned.h"

/*
 * A connection over TCP or TLS. Bytes go from the socket to `cipher` (TLS) and on to `text`, where
 * the framer finds messages. One read per event, so that a fast sender does not starve the others.
 */

static void set_deadline(struct syslog_connection *c)
{
    const bool is_shaking = c->tls != NULL && !tls_is_ready(c->tls);
    const int64_t limit_s = is_shaking ? SYSLOG_HANDSHAKE_S : (int64_t)c->syslog->options.idle_s;
    c->deadline_ns = loop_now_ns(c->syslog->loop) + limit_s * CLOCK_NS_PER_S;
}

void syslog_connection_free(struct syslog_connection *c)
{
    struct syslog *s = c->syslog;
    if (c->watched != 0) loop_unwatch(s->loop, c->fd);
    if (c->previous == NULL) s->connections = c->next;
    if (c->previous != NULL) c->previous->next = c->next;
    if (c->next != NULL) c->next->previous = c->previous;
    s->counts.connections--;
    tls_free(c->tls);
    close(c->fd);
    free(c->cipher);
    free(c);
    syslog_watch(s); /* there is room for another */
}

/* The messages that text holds; what is left moves to its start. */
static void deliver(struct syslog_connection *c)
{
    struct syslog *s = c->syslog;
    struct syslog_message m = {};
    slice input = { c->text, c->held };
    const struct syslog_peer peer = { .address = c->address,
                                      .subject = c->tls == NULL ? "" : tls_subject(c->tls),
                                      .is_loopback = c->is_loopback };
    status found = OK;
    while (!s->is_paused) {
        found = syslog_framer_next(&c->framer, &input, &m);
        if (found.code != E_OK) break;
        syslog_deliver(s, &m, &peer);
    }
    if (found.code == E_SYNTAX) c->is_over = c->is_broken = true;
    if (input.at != c->text) bytes_move(c->text, c->cap, input.at, input.len);
    c->held = input.len;
}

/* The end of the stream: a last line has no end of its own. */
static void deliver_last(struct syslog_connection *c)
{
    struct syslog_message m = {};
    const struct syslog_peer peer = { .address = c->address,
                                      .subject = c->tls == NULL ? "" : tls_subject(c->tls),
                                      .is_loopback = c->is_loopback };
    if (c->is_broken) {
        c->syslog->counts.broken++;
        return;
    }
    const status s = syslog_framer_end(&c->framer, (slice){ c->text, c->held }, &m);
    if (s.code == E_OK) syslog_deliver(c->syslog, &m, &peer);
    if (s.code == E_SHORT) c->syslog->counts.broken++;
}

static void end_broken(struct syslog_connection *c)
{
    c->is_over = c->is_broken = true;
}

/* What TLS wants to send: handshakes and alerts. */
static void flush(struct syslog_connection *c)
{
    if (c->tls == NULL) return;
    const slice output = tls_output(c->tls);
    if (output.len == 0) return;
    const ssize_t sent = send(c->fd, output.at, output.len, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) tls_sent(c->tls, (size_t)sent);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) end_broken(c);
}

static void decrypt(struct syslog_connection *c)
{
    struct fault f = {};
    slice input = { c->cipher + c->cipher_from, c->cipher_to - c->cipher_from };
    struct writer plain = writer_of(c->text + c->held, c->cap - c->held);
    const bool was_ready = tls_is_ready(c->tls);
    const status s = tls_input(c->tls, &input, &plain, &f);
    c->held += plain.len;
    c->cipher_from = c->cipher_to - input.len;
    if (c->cipher_from == c->cipher_to) c->cipher_from = c->cipher_to = 0;
    if (tls_is_ready(c->tls) != was_ready) set_deadline(c);
    if (s.code == E_CLOSED) c->is_over = true;
    const bool is_refused = s.code == E_INVALID && !tls_is_ready(c->tls);
    if (is_refused) c->is_over = true;
    c->syslog->counts.refused += is_refused;
    if (s.code != E_OK && s.code != E_CLOSED && !is_refused) end_broken(c);
    flush(c);
}

/* Everything that was received is handed out, unless paused. A full text that holds no message
 * cannot be: there is room for the longest one. */
static void pump(struct syslog_connection *c)
{
    deliver(c);
    while (c->tls != NULL && !c->is_over && !c->syslog->is_paused) {
        const size_t held = c->held, from = c->cipher_from, to = c->cipher_to;
        decrypt(c);
        deliver(c);
        if (c->held == held && c->cipher_from == from && c->cipher_to == to) return;
    }
}

static void receive(struct syslog_connection *c)
{
    uint8_t *to = c->tls == NULL ? c->text + c->held : c->cipher + c->cipher_to;
    const size_t room =
        c->tls == NULL ? c->cap - c->held : (size_t)SYSLOG_CIPHER_BYTES - c->cipher_to;
    if (room == 0) return;
    const ssize_t got = recv(c->fd, to, room, MSG_DONTWAIT);
    if (got > 0 && c->tls == NULL) c->held += (size_t)got;
    if (got > 0 && c->tls != NULL) c->cipher_to += (size_t)got;
    if (got > 0 && (c->tls == NULL || tls_is_ready(c->tls))) set_deadline(c);
    if (got == 0) c->is_over = true;
    if (got < 0 && errno != EAGAIN && errno != EINTR) end_broken(c);
}

static void on_ready(void *self, unsigned events);

static void watch(struct syslog_connection *c)
{
    struct fault f = {};
    unsigned wanted = c->syslog->is_paused ? 0 : LOOP_READ;
    if (c->tls != NULL && tls_output(c->tls).len != 0) wanted |= LOOP_WRITE;
    if (wanted == c->watched) return;
    if (wanted == 0) loop_unwatch(c->syslog->loop, c->fd);
    c->watched = wanted;
    if (wanted == 0) return;
    if (loop_watch(c->syslog->loop, c->fd, wanted, on_ready, c, &f).code != E_OK) {
        c->watched = 0;
        syslog_connection_free(c);
    }
}

/* After something was read: what comes of it. */
static void go_on(struct syslog_connection *c)
{
    const bool had_ended = c->is_over;
    pump(c);
    if (!c->syslog->is_paused && c->is_over) {
        if (!had_ended && c->tls != NULL) flush(c);
        deliver_last(c);
        syslog_connection_free(c);
        return;
    }
    watch(c);
}

static void on_ready(void *self, unsigned events)
{
    struct syslog_connection *c = self;
    if ((events & LOOP_WRITE) != 0) flush(c);
    if (!c->syslog->is_paused && !c->is_over) receive(c);
    if (c->syslog->is_paused && (events & LOOP_ENDED) != 0 && (events & LOOP_READ) == 0) {
        c->is_over = c->is_broken = true; /* reset: what was read already is handed out later */
        loop_unwatch(c->syslog->loop, c->fd);
        c->watched = 0;
        return;
    }
    go_on(c);
}

void syslog_connection_resume(struct syslog_connection *c)
{
    if (c->syslog->is_paused) return;
    set_deadline(c);
    go_on(c);
}

void syslog_connection_new(struct syslog *s, int fd, const struct net_address *peer)
{
    const size_t cap = syslog_framer_room(s->options.message_bytes);
    const bool is_tls = s->options.kind == SYSLOG_TLS;
    const bool may_send = syslog_allows(s, peer) || is_tls; /* TLS: with a certificate */
    struct syslog_connection *c = may_send ? calloc(1, sizeof *c + cap) : NULL;
    if (c != NULL && is_tls) {
        c->tls = tls_new(s->tls, !syslog_allows(s, peer));
        c->cipher = malloc(SYSLOG_CIPHER_BYTES);
    }
    if (c == NULL || (is_tls && (c->tls == NULL || c->cipher == NULL))) {
        s->counts.refused++;
        if (c != NULL) {
            tls_free(c->tls);
            free(c->cipher);
        }
        free(c);
        close(fd);
        return;
    }
    c->syslog = s;
    c->fd = fd;
    c->cap = cap;
    c->framer = syslog_framer_of(SYSLOG_UNDECIDED, s->options.message_bytes);
    c->is_loopback = net_is_loopback(peer);
    net_host_text(peer, c->address);
    c->next = s->connections;
    if (c->next != NULL) c->next->previous = c;
    s->connections = c;
    s->counts.connections++;
    set_deadline(c);
    syslog_arm(s);
    watch(c);
}
