/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdint.h>
#include "base/sha256.h"
#include "ledger/store.h"

/*
 * layout: the names of the files in a node's directory (docs/formats/directory.md).
 *
 *   log/0000000000.seg    segments (ledger/segment.h), one for 65,536 entries
 *   log/0000000000.blk    blocks of a key group that were written anew (ledger/erase/rewrites.h)
 *   log/checkpoint        the newest signed checkpoint, a note; can be signed again from the rest
 *   keys/root             the root key, where no credential supplies it
 *   keys/0000000000.group the key of a group of 4,096 blocks (ledger/keys.h)
 *   keys/0000000000.filter the key of a segment's search filter, view/0000000000.filter
 *                         (view/filters.h)
 *   keys/0.snapshot       the key of a snapshot of the judge's state, view/0.snapshot
 *                         (view/snapshots.h)
 *   keys/applied          up to where erasures were carried out (ledger/erase/erase.h)
 *   erasures/HASH.set     what an erasure entry covers (ledger/erase/erased_set.h)
 *   log/seen              a signed checkpoint that is newer than the log: until the log has its
 *                         entries nothing is signed (ledger/recover.h)
 *   log/gap               entries have no openings any more, and a gap record has still to say
 *                         which, with these words (cmd/backup/gap.h)
 *   log/loss              somebody asks to accept that keys are lost (cmd/backup/accept.h)
 *   log/known             since when it has its entries (ledger/publication.h)
 *   log/cosigned          the newest checkpoint that witnesses cosigned (cmd/gather/cosigning.h)
 *   log/key               the log's public key, where there is no signer
 *   log/restored          the log was restored, and its witnesses are still to be asked
 *   log/retired           the log was succeeded by another one; nothing is signed any more
 *   hooks                 how far each webhook is (cmd/hook/hook_positions.h)
 *   witnesses.policy      whom a checkpoint is cosigned by (cmd/gather/gather_policy.h)
 *   witnesses, witnesses.evidence  how witnesses stand, what they said against this log
 *   rules/, accounts      the rules in force, and who may send and ask (cmd/node/change.h)
 *   signer/key            the log's signing key
 *   signer/state          the size and root that the signer has signed last
 *   signer/lock           locked by the signer's process
 */
#define LAYOUT_LOG "log"
#define LAYOUT_KEYS "keys"
#define LAYOUT_SIGNER "signer"
#define LAYOUT_CHECKPOINT "log/checkpoint"
#define LAYOUT_CHECKPOINT_NEW "log/checkpoint.new"
#define LAYOUT_COSIGNED "log/cosigned"
#define LAYOUT_SEEN "log/seen"
#define LAYOUT_GAP "log/gap"
#define LAYOUT_LOSS "log/loss"
#define LAYOUT_LOG_KEY "log/key"
#define LAYOUT_RESTORED "log/restored"
#define LAYOUT_RETIRED "log/retired"
#define LAYOUT_CONFIG "candor.yaml"
#define LAYOUT_ACCOUNTS "accounts"
#define LAYOUT_RULES "rules"
#define LAYOUT_RULES_ACTIVE "rules/active"
#define LAYOUT_POLICY "witnesses.policy"
#define LAYOUT_ROOT_KEY "keys/root"
#define LAYOUT_APPLIED "keys/applied"
#define LAYOUT_ERASURES "erasures"
#define LAYOUT_SIGNER_KEY "signer/key"
#define LAYOUT_SIGNER_STATE "signer/state"
#define LAYOUT_SIGNER_LOCK "signer/lock"

struct layout_name {
    char text[STORE_NAME_MAX + 1];
};

/* The name of the segment with this number. */
struct layout_name layout_segment(uint64_t number);
/* The name of the file of the rewritten blocks of this key group. */
struct layout_name layout_rewrites(uint64_t group);
/* The name of the file of an erased set, by its hash. */
struct layout_name layout_erased_set(const hash *set);
/* The name of the file of this key group. */
struct layout_name layout_group(uint64_t group);
/* The number in a name such as 0000000012.seg; E_SYNTAX if the name is not of that form. */
status layout_number(const char *file_name, const char *suffix, uint64_t *ret_number);
