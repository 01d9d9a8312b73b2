/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/witness/add_checkpoint.h"

#include "base/bytes.h"
#include "base/cursor.h"
#include "base/num.h"
#include "ledger/proof.h"
#include "base/banned.h"

static status old_parse(struct cursor *c, uint64_t *ret_size)
{
    slice line = {};
    const slice begin = slice_text("old ");
    TRY(cursor_line(c, &line));
    if (!slice_starts(line, begin)) return FAIL(E_SYNTAX);
    TRY(num_parse_u64(slice_from(line, begin.len), ret_size));
    return *ret_size > MERKLE_SIZE_MAX ? FAIL(E_LIMIT) : OK;
}

/* The origin of a text whose tree is none: the first line. */
static status no_tree(struct add_checkpoint *r)
{
    struct cursor c = cursor_of(r->parsed->text);
    r->is_no_tree = true;
    r->checkpoint = (struct checkpoint){};
    return cursor_line(&c, &r->checkpoint.origin);
}

status add_checkpoint_parse(slice body, struct note *room, struct add_checkpoint *ret_request,
                            struct fault *f)
{
    struct add_checkpoint r = { .parsed = room };
    struct cursor c = cursor_of(body);
    size_t line_number = 2;
    if (body.len > ADD_CHECKPOINT_BYTES_MAX)
        return fault_set(f, FAIL(E_LIMIT), "request too large");
    if (old_parse(&c, &r.old_size).code != E_OK) {
        return fault_set(f, FAIL(E_SYNTAX), "line 1: must be \"old\", a space and a size");
    }
    TRY(proof_path_parse(&c, &line_number, &r.path, f));
    r.note = slice_from(body, c.pos);
    TRY(note_parse(r.note, room, f));
    const status s = checkpoint_parse(room->text, &r.checkpoint, f);
    if (s.code == E_VALUE) TRY(no_tree(&r));
    if (s.code != E_OK && s.code != E_VALUE) return s;
    *ret_request = r;
    return OK;
}

static bool extends(const struct add_checkpoint *r, const struct witnessed *log)
{
    const hash roots[2] = { log->root, r->checkpoint.root };
    if (r->is_no_tree) return false;
    if (r->old_size == 0) return r->path.count == 0;
    if (r->old_size == r->checkpoint.size) {
        return r->path.count == 0 && bytes_equal(roots[0].bytes, roots[1].bytes, SHA256_BYTES);
    }
    return merkle_verify_consistency(r->old_size, r->checkpoint.size, r->path.hashes, r->path.count,
                                     roots)
               .code == E_OK;
}

static unsigned no(unsigned code, struct fault *f, const char *why)
{
    ignore(fault_set(f, FAIL(E_REFUSED), "%s", why), "the code says it");
    return code;
}

/*= tlog-witness: the order of the checks decides which status a request gets */
unsigned add_checkpoint_judge(const struct add_checkpoint *r, const struct witnessed *log,
                              ed25519_check verify, struct fault *f)
{
    struct note_seen seen = {};
    if (note_verify(r->parsed, &log->key, 1, verify, &seen, f).code != E_OK) return 403;
    if (!r->is_no_tree && r->old_size > r->checkpoint.size) {
        return no(400, f, "the old size is above the checkpoint's");
    }
    if (r->old_size != log->size) return no(409, f, "the old size is not the last one cosigned");
    if (!extends(r, log)) return no(422, f, "no proof that this extends the last one cosigned");
    return 200;
}
