/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "cmd/node/signer_remote.h"
#include "ledger/archive.h"
#include "cmd/node/committer.h"
#include "ledger/store.h"
#include "serve/front.h"
#include "os/user.h"

/*
 * node: a node's directory as commands open it.
 *
 * node_open_reading takes no lock: it may look at a log that a running node writes.
 * node_open_writing takes the directory lock, starts the signer's process and opens the log for
 * appending; it fails with E_BUSY while another process holds the lock.
 */
struct erased_set;

enum { OFFICERS_MAX = 32, OFFICER_NAME_MAX = 63, KINDS_MAX = 32 };

/* Who may approve, and how long private values are kept. */
struct keep_config {
    char officers[OFFICERS_MAX][OFFICER_NAME_MAX + 1];
    uint32_t officer_count;
    uint32_t days[KINDS_MAX]; /* by kind; 0: as the schema says */
};

struct node_config {
    char origin[SIGNER_ORIGIN_BYTES_MAX + 1];
    char market[3]; /* two capitals, or "" */
    struct front_config front;
    struct keep_config keep;
    uint64_t disk_reserve;   /* bytes that events may not take; 0: none */
    uint32_t public_delay_s; /* until entries are published */
    uint32_t silence_s;      /* that sources may be silent that state no time; 0: for ever */
    uint32_t snapshot_s;     /* between two snapshots of the judge's state; 0: none */
};

/* Told of each set of records that was erased. */
struct erase_listener {
    void *self;
    void (*begins)(void *self); /* before anything goes; NULL: nobody */
    status (*erased)(void *self, const struct erased_set *set, struct fault *f); /* NULL: nobody */
};

struct node {
    struct store store;
    struct node_config config;
    struct archive *archive; /* the log for reading; borrowed from the ledger when writing */
    struct ledger *ledger;   /* NULL when reading */
    struct committer *committer;
    struct signer_remote *signer;
    struct incident_book *incidents; /* NULL until an incident is changed */
    struct erase_listener on_erased;
    struct user_names users; /* asked for by the scribe before it is confined */
    int lock_fd;
    struct fault read_only;  /* why nothing may be signed; no text: it may */
    uint64_t space_free;     /* cmd/node/space.h */
    int64_t space_looked_ns; /* 0: never */
};

/* Reads DIR/candor.yaml. E_NOT_FOUND if DIR is no node's directory; diagnostics carry the line. */
status node_config_load(const struct store *store, struct node_config *ret_config, struct fault *f);
/* Writes a candor.yaml for a new node. E_EXISTS. */
status node_config_create(const struct store *store, const struct node_config *config,
                          struct fault *f);
/* Only the store and the configuration. */
status node_open_store(const char *dir, struct node *ret_node, struct fault *f);
status node_open_reading(const char *dir, struct node *ret_node, struct fault *f);
status node_open_writing(const char *dir, struct node *ret_node, struct fault *f);
/* As node_open_writing; but where nothing may be signed, because the log is behind what was signed,
 * has no signer or has a successor, it is opened for reading under the lock, and node_is_read_only
 * says so. E_REFUSED if the log contradicts what was signed. */
status node_open_serving(const char *dir, struct node *ret_node, struct fault *f);
/* Whether node_open_serving opened it for reading only. */
bool node_is_read_only(const struct node *n);
/* Appends the log's key, as init printed it; of a node that may write. */
void node_write_key(const struct node *n, struct writer *w);
/* How many entries are durable, and how many are under a published checkpoint. */
uint64_t node_sequenced(const struct node *n);
/* Whether every full segment of the log is durable. Until then the archive cannot read the one that
 * was just closed: its footer may not be there. */
bool node_is_settled(const struct node *n);
/* Waits until it is. */
status node_settle(struct node *n, struct fault *f);
/* Waits for what was flushed, stops the signer, releases the lock. */
void node_close(struct node *n);
