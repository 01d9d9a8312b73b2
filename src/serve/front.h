/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "os/shared.h"
#include "serve/link.h"

/*
 * front: the process of a node that meets foreign bytes: listeners, intake, judging. It can reach
 * neither the log nor a key: what it takes goes to the scribe (serve/link.h), and senders are
 * answered once the scribe says how far their events are.
 */
enum { FRONT_ADDRESS_BYTES_MAX = 128, FRONT_PATH_BYTES_MAX = 1024 };

/* What the operator decides (candor.yaml). */
struct front_config {
    char market[3];                         /* or "" */
    char http[FRONT_ADDRESS_BYTES_MAX];     /* "127.0.0.1:8420"; "": no HTTP */
    char certificate[FRONT_PATH_BYTES_MAX]; /* PEM files; "": plain */
    char key[FRONT_PATH_BYTES_MAX];
};

struct front_options {
    const char *dir; /* of the node: rules and public files are below it */
    int scribe_fd;   /* the socket to the scribe */
    int reader_fd;   /* the socket to the reader */
    struct shared slots;
    struct front_config config;
    /* Called once everything is opened and before a foreign byte is read. */
    status (*confine)(const char *dir, struct fault *f);
};

/* Serves until the scribe says stop (then everything taken is answered) or is gone (E_CLOSED).
 * Whatever else ends it: E_IO, E_VALUE (an address or certificate), E_NOMEM. */
status front_run(const struct front_options *options, struct fault *f);
