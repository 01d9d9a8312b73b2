/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "os/loop.h"
#include "os/net.h"
#include "serve/syslog.h"

/*
 * syslog_state: what the files of the syslog listener share; nobody else includes this.
 */
enum { SYSLOG_CIPHER_BYTES = 16 * 1024 };

struct syslog_connection {
    struct syslog *syslog;
    struct syslog_connection *previous, *next;
    int fd;
    unsigned watched;    /* events asked of the loop, 0: none */
    bool is_over;        /* nothing more will be read */
    bool is_broken;      /* and that was not as it should be */
    int64_t deadline_ns; /* closed when it is reached */
    struct syslog_framer framer;
    struct tls *tls;    /* owned; NULL: TCP */
    uint8_t *cipher;    /* TLS: SYSLOG_CIPHER_BYTES as they were received */
    size_t cipher_from; /* taken by TLS already */
    size_t cipher_to;
    size_t held, cap; /* bytes of text that are no whole message yet */
    bool is_loopback;
    char address[NET_TEXT_CAP];
    uint8_t text[];
};

struct syslog {
    struct loop *loop;
    struct syslog_options options; /* with defaults, without the borrowed parts */
    struct syslog_calls calls;
    struct network *allowed; /* owned */
    struct tls_server *tls;
    int fd;           /* listener or UDP socket, -1: closed */
    bool is_watched;  /* fd is */
    bool is_paused;   /* `message` said so */
    uint64_t timer;   /* the sweep, 0: none */
    uint32_t dropped; /* as the system counts, wrapping */
    struct syslog_connection *connections;
    struct net_batch *batch; /* UDP */
    size_t batch_next, batch_count;
    struct syslog_counts counts;
    char address[NET_TEXT_CAP];
};

/* syslog.c: hands out a message and notes whether to pause. */
void syslog_deliver(struct syslog *s, const struct syslog_message *m,
                    const struct syslog_peer *peer);
/* Whether this machine or one of a listed network. */
bool syslog_allows(const struct syslog *s, const struct net_address *a);
/* Watches the listener or UDP socket, or not, as things stand. */
void syslog_watch(struct syslog *s);
/* Sees to it that the sweep runs within a second. */
void syslog_arm(struct syslog *s);

/* syslog_connection.c: takes over the descriptor, whatever becomes of it. */
void syslog_connection_new(struct syslog *s, int fd, const struct net_address *peer);
/* Hands out what was read already and reads on; may free it. */
void syslog_connection_resume(struct syslog_connection *c);
/* Closes it. */
void syslog_connection_free(struct syslog_connection *c);
