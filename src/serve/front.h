/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/address.h"
#include "os/shared.h"
#include "serve/link.h"
#include "serve/center/config.h"
#include "serve/gather/gather.h"
#include "serve/hook/hook.h"

/*
 * front: the process of a node that meets foreign bytes: listeners, intake, judging. It can reach
 * neither the log nor a key: what it takes goes to the scribe (serve/link.h), and senders are
 * answered once the scribe says how far their events are.
 */
enum { FRONT_ADDRESS_BYTES_MAX = 128, FRONT_PATH_BYTES_MAX = 1024, FRONT_ALLOWED_MAX = 64 };

/* What the operator decides (candor.yaml). */
struct front_config {
    char market[3]; /* or "" */
    /* Addresses to listen on, such as "127.0.0.1:8420"; "": not. */
    char http[FRONT_ADDRESS_BYTES_MAX];
    char syslog_udp[FRONT_ADDRESS_BYTES_MAX];
    char syslog_tcp[FRONT_ADDRESS_BYTES_MAX];
    char syslog_tls[FRONT_ADDRESS_BYTES_MAX];
    struct network syslog_allowed[FRONT_ALLOWED_MAX]; /* who may send beside this machine */
    size_t syslog_allowed_count;
    /* PEM files; "": plain HTTP, and no client certificates. */
    char certificate[FRONT_PATH_BYTES_MAX];
    char key[FRONT_PATH_BYTES_MAX];
    char client_ca[FRONT_PATH_BYTES_MAX];
    struct hooks hooks;
    struct gather_config gather; /* no policy: no witnesses */
    struct center_config center; /* what the public pages say of the operator */
};

struct front_options {
    const char *dir; /* of the node: rules and public files are below it */
    int scribe_fd;   /* the socket to the scribe */
    int reader_fd;   /* the socket to the reader */
    int sender_fd;   /* the socket to the sender of webhooks, where there are some */
    int gatherer_fd; /* the socket to the gatherer of cosignatures, where there are witnesses */
    struct shared slots;
    struct front_config config;
    /* Called once everything is opened and before a foreign byte is read. */
    status (*confine)(const char *dir, struct fault *f);
};

/* Serves until the scribe says stop (then everything taken is answered) or is gone (E_CLOSED).
 * Whatever else ends it: E_IO, E_VALUE (an address or certificate), E_NOMEM. */
status front_run(const struct front_options *options, struct fault *f);
