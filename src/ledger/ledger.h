/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "ledger/archive.h"
#include "ledger/batch.h"
#include "ledger/signer.h"
#include "ledger/store.h"

/*
 * ledger: the only writer of a log (design section 6; README.md beside this file has the promises).
 *
 *   ledger_begin → ledger_add … → ledger_seal → ledger_write → signer
 *
 * A batch that ledger_write returned OK for is *sequenced*: durable, its indices fixed for ever.
 * Seal and write may run in two threads, each batch passing from one to the other: begin, add and
 * seal belong to the first, write to the second, and batches are written in the order they were
 * sealed. Nothing else may touch the ledger meanwhile.
 *
 * After E_FSYNC, E_IO or E_CORRUPT from ledger_write the ledger is stopped: every later call is
 * E_STOPPED. E_FULL leaves the batch as it was: write it again when there is space.
 */
struct ledger_options {
    const char *origin;
    const uint8_t *root_key; /* KEYS_KEY_BYTES, or NULL for keys/root */
    int zstd_level;          /* 0: openings are stored uncompressed */
    bool plain_openings;     /* openings unencrypted: for measuring only */
    uint64_t reserve_bytes;  /* space taken ahead in the newest segment */
    bool may_be_behind; /* for a restore, which signs nothing: only signed_head has to be there */
    /* The signer's last head: the log must hold it. */
    struct signer_head signed_head;
};

enum {
    LEDGER_ZSTD_LEVEL = 1,
    LEDGER_RESERVE_BYTES = 16 * 1024 * 1024,
};

struct ledger;

/* The options that a node runs with. */
struct ledger_options ledger_options_default(const char *origin);
/* Creates keys and an empty log of that origin; durable on return. E_EXISTS if there is a log. */
status ledger_create(const struct store *store, const char *origin, struct fault *f);
/* Opens for writing and recovers what a crash left: a torn batch behind the last whole one is
 * cleared (it was never acknowledged), the last batch is written and synced again (a page cache
 * after a failed fsync is not to be trusted), a missing footer is made. E_REFUSED if the log is
 * behind signed_head, the published checkpoint or one that others have seen (log/seen), or
 * disagrees with them: it was restored from an older copy; or if it was succeeded by another log.
 * E_CORRUPT if a batch is damaged that others follow; E_FSYNC, E_FULL. */
status ledger_open(const struct store *store, const struct ledger_options *options,
                   struct ledger **ret_ledger, struct fault *f);
/* Gives the reserved space back and wipes keys. Batches that were not written are lost. */
void ledger_close(struct ledger *l);
/* The archive that the ledger stands on; borrowed; for the thread that seals. */
struct archive *ledger_archive(struct ledger *l);
/* Whether ledger_open cleared a torn batch. */
bool ledger_was_torn(const struct ledger *l);

/* Empties the batch and numbers it behind everything sealed so far; makes the key group that it
 * needs. E_FULL: try again when there is space. E_FSYNC stops the ledger. E_STOPPED. */
status ledger_begin(struct ledger *l, struct batch *b, struct fault *f);
/* Adds a record and says its index. The batch must not be full (ledger_is_full). System kinds are
 * allowed here: `append` refuses them where input is parsed. */
status ledger_add(struct ledger *l, struct batch *b, const struct record *record,
                  uint64_t *ret_index, struct fault *f);
/* Adds a summary of everything before it to a batch that is empty yet: at the end of a reporting
 * period. The ledger itself adds one at the end of every segment. */
status ledger_add_summary(struct ledger *l, struct batch *b, uint64_t *ret_index, struct fault *f);
/* Whether the batch has to be sealed before the next record. */
bool ledger_is_full(const struct ledger *l, const struct batch *b);
/* Fixes content, tree and root of the batch; at the end of a segment its summary and footer too.
 * The request is what the signer needs to sign the tree with this batch, sealed batches being
 * signed in order. The batch must have a record. */
status ledger_seal(struct ledger *l, struct batch *b, struct signer_request *ret_request,
                   struct fault *f);
/* Adds an entry as another copy of this log has it, without its opening, to a batch that has no
 * records of its own; ledger_seal_taken then does what ledger_seal does, but for summaries, which
 * are among what was taken and have to be true. Nothing here says whether the entry is of this log:
 * ledger/backup/takeover.h does. E_LIMIT, E_STOPPED; sealing: E_CORRUPT, E_INVALID, E_VALUE. */
status ledger_take(struct ledger *l, struct batch *b, slice entry, struct fault *f);
status ledger_seal_taken(struct ledger *l, struct batch *b, struct fault *f);
/* Makes the batch durable: reserve, one write, one fdatasync. */
status ledger_write(struct ledger *l, struct batch *b, struct fault *f);
/* The consistency proof from a signed head to the tree as it is, for a signer that is behind. */
status ledger_request(struct ledger *l, struct signer_head from, struct signer_request *ret_request,
                      struct fault *f);
