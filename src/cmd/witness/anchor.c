/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log anchor: holds a checkpoint of another log against the last one of it that this log has, and
 * records it; or both, where the two contradict each other.
 */
#include "cmd/witness/witness.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "cmd/node/duty.h"
#include "cmd/node/node.h"
#include "cmd/progress.h"
#include "ledger/head.h"
#include "ledger/proof.h"
#include "ledger/tile.h"
#include "os/file.h"
#include "record/entry.h"
#include "record/kinds.h"
#include "base/banned.h"

enum { LINE_BYTES_MAX = 1024 };

struct anchoring {
    uint8_t *file; /* owned */
    struct consistency_proof proof;
    bool has_proof;
    struct log_head now;    /* what was given */
    struct log_head before; /* the last one that this log has */
    uint64_t before_index;
    bool has_before;
    bool is_known;
    bool conflicts;
};

static status given_read(struct anchoring *a, const char *path, const char *key, struct fault *f)
{
    size_t len = 0;
    TRY(file_load(NULL, path, PROOF_BYTES_MAX, &a->file, &len, f));
    slice note = { a->file, len };
    if (slice_starts(note, slice_text(PROOF_CONSISTENCY_MAGIC))) {
        TRY(consistency_proof_parse(note, &a->proof, f));
        a->has_proof = true;
        note = a->proof.new_checkpoint;
    }
    TRY(log_head_read(note, &a->now, f));
    return log_head_verify(&a->now, slice_text(key), f);
}

/* Keeps the note of an anchor of the same log. */
static void entry_look(struct anchoring *a, uint64_t index, slice bytes)
{
    struct entry entry = {};
    struct record_field fields[FIELDS_MAX] = {};
    struct log_head head = {};
    struct fault unused;
    if (bytes.len < 2 || bytes.at[1] != KIND_anchor) return;
    if (entry_split(bytes, &entry).code != E_OK || entry.schema->kind != KIND_anchor) return;
    if (body_decode(entry.schema, entry.body, fields).code != E_OK) return;
    if (!slice_equal(fields[FIELD_anchor_origin - 1].value, a->now.checkpoint.origin)) return;
    if (fields[FIELD_anchor_conflict - 1].value.len > 0) return; /* it was never accepted */
    if (log_head_read(fields[FIELD_anchor_note - 1].value, &head, &unused).code != E_OK) return;
    ignore(log_head_read(log_head_note(&head), &a->before, &unused), "it was read just now");
    a->before_index = index;
    a->has_before = true;
}

static status frame_look(struct anchoring *a, const struct batch_frame *frame)
{
    struct cursor c = cursor_of(frame->entries);
    for (uint64_t i = frame->head.first_index; cursor_left(&c) > 0; i++) {
        slice bytes = {};
        TRY(tile_bundle_next(&c, &bytes));
        entry_look(a, i, bytes);
    }
    return OK;
}

/* From the end of the log, batch by batch, until one is found: the last of its batch counts. */
static status before_find(struct anchoring *a, const char *dir, struct fault *f)
{
    struct node node = {};
    TRY(node_open_reading(dir, &node, f));
    const uint64_t size = archive_size(node.archive);
    struct progress progress = progress_start("reading", size, "entries");
    status s = OK;
    for (uint64_t end = size; s.code == E_OK && end > 0 && !a->has_before;) {
        struct batch_frame frame = {};
        s = archive_batch(node.archive, end - 1, &frame, f);
        if (s.code == E_OK) s = frame_look(a, &frame);
        end = frame.head.first_index;
        progress_step(&progress, frame.head.record_count);
    }
    progress_end(&progress);
    node_close(&node);
    return s;
}

static bool same_root(const hash *a, const hash *b)
{
    return bytes_equal(a->bytes, b->bytes, sizeof a->bytes);
}

/* Whether the proof leads from the last anchored checkpoint to the one that was given. */
static status extension_check(const struct anchoring *a, struct fault *f)
{
    const struct checkpoint *old = &a->before.checkpoint;
    const struct checkpoint *now = &a->now.checkpoint;
    const hash roots[2] = { old->root, now->root };
    const unsigned long long size = old->size;
    if (!a->has_proof || a->proof.old_size != old->size) {
        return fault_set(f, FAIL(E_USAGE),
                         "a proof that it extends the %llu entries of the last one is needed: "
                         "candor log consistency OTHER %llu",
                         size, size);
    }
    const struct merkle_proof *path = &a->proof.path;
    if (merkle_verify_consistency(old->size, now->size, path->hashes, path->count, roots).code ==
        E_OK) {
        return OK;
    }
    return fault_set(f, FAIL(E_REFUSED),
                     "the proof does not lead from the last checkpoint of %llu "
                     "entries to this one",
                     size);
}

static status judge(struct anchoring *a, struct fault *f)
{
    const struct checkpoint *old = &a->before.checkpoint;
    const struct checkpoint *now = &a->now.checkpoint;
    if (!a->has_before || old->size == 0) return OK;
    if (now->size == old->size) {
        a->is_known = same_root(&now->root, &old->root);
        a->conflicts = !a->is_known;
        return OK;
    }
    if (now->size > old->size) return extension_check(a, f);
    return fault_set(f, FAIL(E_REFUSED), "entry %" PRIu64 " has a newer one, of %llu entries",
                     a->before_index, (unsigned long long)old->size);
}

static status record(struct anchoring *a, const char *dir, struct writer *answer, struct fault *f)
{
    struct duty d = duty_of(DUTY_ANCHOR);
    d.slots[DUTY_NOTE] = log_head_note(&a->now);
    if (a->conflicts) d.slots[DUTY_REQUEST] = log_head_note(&a->before);
    return duty_ask(dir, &d, answer, f);
}

static status anchor(struct anchoring *a, const struct invocation *inv, struct writer *answer,
                     struct fault *f)
{
    const char *dir = inv->arguments[0];
    const char *key = invocation_value(inv, "--vkey", NULL);
    if (key == NULL) return fault_set(f, FAIL(E_USAGE), "--vkey KEY is needed");
    TRY(given_read(a, inv->arguments[1], key, f));
    TRY(before_find(a, dir, f));
    TRY(judge(a, f));
    if (!a->is_known) return record(a, dir, answer, f);
    struct json_writer j = json_writer_of(answer);
    json_object(&j);
    json_member_u64(&j, "index", a->before_index);
    json_object_end(&j);
    writer_text(answer, "\n");
    return OK;
}

int run_log_anchor(const struct invocation *inv)
{
    static struct anchoring a;
    uint8_t line[LINE_BYTES_MAX];
    struct writer answer = writer_of(line, sizeof line);
    struct fault f = {};
    const status s = anchor(&a, inv, &answer, &f);
    free(a.file);
    if (s.code != E_OK) {
        return command_fail(status_exit(s), "log anchor: %s: %s", inv->arguments[1], f.text);
    }
    printf("%.*s", (int)answer.len, (const char *)answer.at);
    if (!a.conflicts) return 0;
    return command_fail(1,
                        "log anchor: %s: contradicts entry %" PRIu64
                        ": that log has shown two histories; both notes are recorded",
                        inv->arguments[1], a.before_index);
}
