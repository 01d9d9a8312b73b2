/* SPDX-License-Identifier: Apache-2.0 */
#include "record/recompute.h"

#include "base/bytes.h"
#include "base/banned.h"

enum { CLAIMS_AT_ONCE = 16 };

void opening_commitments(const struct opening *o, const salt *salts, hash *ret_commitments)
{
    for (size_t i = 0; i < o->field_count; i++) {
        const struct record_field *f = &o->fields[i];
        if (f->type == TYPE_ERASED) {
            bytes_copy(ret_commitments[i].bytes, SHA256_BYTES, o->proofs[i]);
            continue;
        }
        const uint8_t *own = o->form == OPENING_SALTED ? o->proofs[i].at : salts[i].bytes;
        ret_commitments[i] = commit_field((uint16_t)(i + 1), f->type, own, f->value);
    }
}

hash opening_root(const struct schema *s, const struct opening *o, const salt *salts)
{
    assert(o->field_count == s->field_count);
    if (o->form == OPENING_SALTED) {
        hash commitments[FIELDS_MAX];
        opening_commitments(o, salts, commitments);
        return commit_root(s->kind, s->version, commitments, o->field_count);
    }
    const struct record r = {
        .kind = s->kind, .schema = s->version, .fields = o->fields, .field_count = o->field_count
    };
    hash root;
    commit_many(&(struct commit_job){ &r, salts, &root }, 1);
    return root;
}

status opening_check(const struct entry *e, const struct opening *o, const salt *salts)
{
    const hash root = opening_root(e->schema, o, salts);
    return bytes_equal(root.bytes, e->root, sizeof root.bytes) ? OK : FAIL(E_INVALID);
}

/* At most CLAIMS_AT_ONCE claims. Salted openings may lack values, and go alone. */
static void check_some(struct opening_claim *claims, size_t count)
{
    struct record records[CLAIMS_AT_ONCE];
    struct commit_job jobs[CLAIMS_AT_ONCE];
    hash roots[CLAIMS_AT_ONCE];
    size_t job_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct entry *e = claims[i].entry;
        const struct opening *o = claims[i].opening;
        if (o->form == OPENING_SALTED) continue;
        assert(o->field_count == e->schema->field_count);
        records[i] = (struct record){ .kind = e->schema->kind,
                                      .schema = e->schema->version,
                                      .fields = o->fields,
                                      .field_count = o->field_count };
        jobs[job_count++] = (struct commit_job){ &records[i], claims[i].salts, &roots[i] };
    }
    commit_many(jobs, job_count);
    for (size_t i = 0; i < count; i++) {
        const struct opening_claim *c = &claims[i];
        if (c->opening->form == OPENING_SALTED) {
            claims[i].result = opening_check(c->entry, c->opening, NULL);
            continue;
        }
        const bool same = bytes_equal(roots[i].bytes, c->entry->root, sizeof roots[i].bytes);
        claims[i].result = same ? OK : FAIL(E_INVALID);
    }
}

void opening_check_many(struct opening_claim *claims, size_t count)
{
    for (size_t at = 0; at < count; at += CLAIMS_AT_ONCE) {
        const size_t left = count - at;
        check_some(claims + at, left < CLAIMS_AT_ONCE ? left : CLAIMS_AT_ONCE);
    }
}
