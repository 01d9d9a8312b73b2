/* SPDX-License-Identifier: Apache-2.0 */
#include "record/recompute.h"

#include "base/bytes.h"
#include "base/banned.h"

enum { CLAIMS_AT_ONCE = 16 };

void opening_salts(const struct opening *o, const uint8_t *record_key,
                   uint8_t (*ret_salts)[SALT_BYTES])
{
    const uint8_t *key = o->form == OPENING_REKEYED ? o->record_key.at : record_key;
    if (o->form != OPENING_SALTED) {
        assert(key != NULL);
        commit_salts(key, o->field_count, ret_salts);
        return;
    }
    for (size_t i = 0; i < o->field_count; i++) {
        const bool kept = o->fields[i].type != TYPE_ERASED;
        if (kept) bytes_copy(ret_salts[i], SALT_BYTES, o->proofs[i]);
    }
}

void opening_commitments(const struct opening *o, const uint8_t *record_key, hash *ret_commitments)
{
    uint8_t salts[FIELDS_MAX][SALT_BYTES];
    opening_salts(o, record_key, salts);
    for (size_t i = 0; i < o->field_count; i++) {
        const struct record_field *f = &o->fields[i];
        if (f->type == TYPE_ERASED) {
            bytes_copy(ret_commitments[i].bytes, SHA256_BYTES, o->proofs[i]);
            continue;
        }
        ret_commitments[i] = commit_field((uint16_t)(i + 1), f->type, salts[i], f->value);
    }
    bytes_wipe(salts, o->field_count * sizeof salts[0]);
}

hash opening_root(const struct schema *s, const struct opening *o, const uint8_t *record_key)
{
    assert(o->field_count == s->field_count);
    if (o->form == OPENING_SALTED) {
        hash commitments[FIELDS_MAX];
        opening_commitments(o, record_key, commitments);
        return commit_root(s->kind, s->version, commitments, o->field_count);
    }
    const struct record r = {
        .kind = s->kind, .schema = s->version, .fields = o->fields, .field_count = o->field_count
    };
    const uint8_t *key = o->form == OPENING_REKEYED ? o->record_key.at : record_key;
    hash root;
    commit_many(&(struct commit_job){ &r, key, &root }, 1);
    return root;
}

status opening_check(const struct entry *e, const struct opening *o, const uint8_t *record_key)
{
    const hash root = opening_root(e->schema, o, record_key);
    return bytes_equal(root.bytes, e->root, sizeof root.bytes) ? OK : FAIL(E_INVALID);
}

static const uint8_t *key_of(const struct opening_claim *c)
{
    return c->opening->form == OPENING_REKEYED ? c->opening->record_key.at : c->record_key;
}

/* At most CLAIMS_AT_ONCE claims. Salted openings have no key to compute with, and go alone. */
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
        assert(key_of(&claims[i]) != NULL && o->field_count == e->schema->field_count);
        records[i] = (struct record){ .kind = e->schema->kind,
                                      .schema = e->schema->version,
                                      .fields = o->fields,
                                      .field_count = o->field_count };
        jobs[job_count++] = (struct commit_job){ &records[i], key_of(&claims[i]), &roots[i] };
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
