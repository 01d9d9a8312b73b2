/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/address.h"
#include "intake/syslog_frame.h"
#include "lib/tls.h"

/*
 * syslog: a listener for syslog messages over UDP (RFC 5426: a datagram is a message), TCP (RFC
 * 6587, both framings) or TLS (RFC 5425). It tells messages apart and says who sent them; what they
 * mean is intake's business. Syslog has no answers, so nothing is ever told to the sender.
 *
 * Who may send: this machine, the networks that are listed, and over TLS whoever shows a
 * certificate that the client CA signed. Others are refused and counted.
 *
 * Everything runs in the loop's thread. Neither syslog_free nor syslog_resume may be called from
 * within `message`.
 */
enum {
    SYSLOG_CONNECTIONS_MAX = 1024, /* beyond it, connections wait in the kernel's queue */
    SYSLOG_HANDSHAKE_S = 10,       /* of TLS; then closed */
    SYSLOG_IDLE_S = 3600,          /* a connection that sent nothing; then closed */
};

enum syslog_kind { SYSLOG_UDP, SYSLOG_TCP, SYSLOG_TLS };

/* Numbers that are 0 mean the default. */
struct syslog_options {
    const char *address; /* "0.0.0.0:514", "[::]:6514"; port 0: the system chooses */
    enum syslog_kind kind;
    struct tls_files tls;          /* SYSLOG_TLS; copied */
    const struct network *allowed; /* copied */
    size_t allowed_count;
    size_t message_bytes; /* SYSLOG_MESSAGE_BYTES */
    uint32_t connections; /* SYSLOG_CONNECTIONS_MAX */
    uint32_t idle_s;      /* SYSLOG_IDLE_S */
};

/* Who sent a message; views for the length of the call. */
struct syslog_peer {
    const char *address; /* "192.0.2.7" */
    const char *subject; /* of the verified certificate, "" if there is none */
    bool is_loopback;
};

struct syslog_calls {
    /* One message. It is taken in any case; false: no more until syslog_resume. */
    bool (*message)(void *self, const struct syslog_message *m, const struct syslog_peer *peer);
    void *self;
};

/* Since the start. */
struct syslog_counts {
    uint64_t messages, bytes;
    uint64_t cut;         /* messages longer than the limit */
    uint64_t broken;      /* connections that ended on bytes that are no message, or within one */
    uint64_t refused;     /* datagrams and connections of peers that may not send */
    uint64_t dropped;     /* datagrams that the system dropped because nobody took them in time */
    uint32_t connections; /* open now */
};

struct loop;
struct syslog;

/* E_SYNTAX, E_VALUE (certificate, key or CA), E_BUSY (address in use), E_DENIED, E_IO, E_NOMEM. */
status syslog_listen(struct loop *l, const struct syslog_options *options,
                     const struct syslog_calls *calls, struct syslog **ret_syslog, struct fault *f);
/* Closes everything; messages that were not complete are dropped. NULL is allowed. */
void syslog_free(struct syslog *s);
/* The address with the port really used. */
const char *syslog_address(const struct syslog *s);
/* Reads again after `message` returned false: first what was read already. While nothing is read,
 * TCP senders wait, and UDP datagrams are dropped by the system once its queue is full, which is
 * counted. May call `message`. */
void syslog_resume(struct syslog *s);
/* Takes no new connections. Those that are open go on until their senders close, or syslog_free. */
void syslog_stop_accepting(struct syslog *s);
/* What happened so far. */
struct syslog_counts syslog_counts(const struct syslog *s);
