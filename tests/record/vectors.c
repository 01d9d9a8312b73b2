/* SPDX-License-Identifier: Apache-2.0 */
/* tests/vectors/entries.json, written by tools/vectors_entries.py, which shares nothing with this.
 */
#include <stdio.h>
#include <stdlib.h>
#include "base/arena.h"
#include "base/num.h"
#include "lib/json.h"
#include "record/derive.h"
#include "record/draft.h"
#include "record/entry.h"
#include "record/opening.h"
#include "record/recompute.h"
#include "tests/cm.h"

static struct json_document vectors;
static struct arena arena;

static int load(void **)
{
    char path[1024];
    struct fault fault;
    snprintf(path, sizeof path, "%s/tests/vectors/entries.json", getenv("CANDOR_SOURCE"));
    static struct json_parser *parser; /* lives as long as the vectors that it owns */
    parser = json_parser_new();
    assert_ok(json_parse(parser, file_bytes(path), &vectors, &fault));
    arena = arena_of((size_t)16 << 20);
    return 0;
}

static slice hex_of(const struct json_node *parent, const char *key)
{
    const struct json_node *n = json_member(&vectors, parent, key);
    assert_non_null(n);
    uint8_t *bytes = arena_take(&arena, n->text.len / 2 + 1);
    assert_ok(num_parse_hex(n->text, bytes, n->text.len / 2));
    return guarded((slice){ bytes, n->text.len / 2 });
}

static uint64_t number_of(const struct json_node *parent, const char *key)
{
    const struct json_node *n = json_member(&vectors, parent, key);
    assert_non_null(n);
    assert_int_equal(n->type, JSON_INT);
    return (uint64_t)n->number.i;
}

static size_t index_of(const struct json_node *n)
{
    return (size_t)(n - vectors.nodes);
}

static void assert_bytes(slice got, slice want)
{
    assert_int_equal(got.len, want.len);
    assert_memory_equal(got.at, want.at, want.len);
}

static slice of_hash(const hash *h)
{
    return (slice){ h->bytes, sizeof h->bytes };
}

/* The fields of a case; with salts, those and the commitments are checked. */
static size_t fields_of(const struct json_node *c, const salt *salts, struct record_field *fields,
                        hash *commitments)
{
    const struct json_node *list = json_member(&vectors, c, "fields");
    size_t n = 0;
    for (size_t i = index_of(list) + 1; i < list->end; i = vectors.nodes[i].end, n++) {
        const struct json_node *f = &vectors.nodes[i];
        const slice value = hex_of(f, "value");
        uint8_t *copy = arena_take(&arena, value.len + 1);
        bytes_copy(copy, value.len, value);
        fields[n] = (struct record_field){ (uint8_t)number_of(f, "type"), { copy, value.len } };
        if (salts == NULL) continue;
        assert_bytes((slice){ salts[n].bytes, SALT_BYTES }, hex_of(f, "salt"));
        commitments[n] = commit_field((uint16_t)(n + 1), fields[n].type, salts[n].bytes, value);
        assert_bytes(of_hash(&commitments[n]), hex_of(f, "commitment"));
    }
    return n;
}

static struct record record_of(const struct json_node *c, const struct record_field *fields,
                               size_t n)
{
    return (struct record){ .kind = (uint8_t)number_of(c, "kind"),
                            .schema = (uint16_t)number_of(c, "schema"),
                            .time_s = number_of(c, "time"),
                            .columns = hex_of(c, "columns"),
                            .fields = fields,
                            .field_count = n,
                            .body = slice_none() };
}

static void check_entry(const struct json_node *c, const struct record *r, const salt *salts)
{
    uint8_t room[ENTRY_BYTES_MAX];
    struct writer w = writer_of(room, sizeof room);
    struct fault fault;
    struct entry e;
    assert_ok(entry_encode(r, salts, &w));
    assert_bytes(writer_slice(&w), hex_of(c, "entry"));
    assert_ok(entry_parse(guarded(writer_slice(&w)), &e, &fault));
    assert_int_equal(e.schema->kind, r->kind);
    assert_int_equal(e.time_s, r->time_s);
    assert_bytes(e.columns, r->columns);
    assert_bytes((slice){ e.root, SHA256_BYTES }, hex_of(c, "root"));
}

static void every_key_salt_commitment_root_and_entry_is_right(void **)
{
    const struct json_node *list = json_member(&vectors, &vectors.nodes[0], "commitments");
    size_t known = 0;
    for (size_t i = index_of(list) + 1; i < list->end; i = vectors.nodes[i].end) {
        const struct json_node *c = &vectors.nodes[i];
        struct record_field fields[FIELDS_MAX];
        hash commitments[FIELDS_MAX];
        uint8_t seal_key[32];
        uint8_t key[RECORD_KEY_BYTES];
        salt salts[FIELDS_MAX];
        derive_seal_key(hex_of(c, "block_key").at, seal_key);
        assert_bytes((slice){ seal_key, sizeof seal_key }, hex_of(c, "encryption_key"));
        assert_ok(derive_record_keys(hex_of(c, "block_key").at, number_of(c, "index"), 1, &key));
        assert_bytes((slice){ key, sizeof key }, hex_of(c, "record_key"));
        const struct keystream_job job = derive_job(key, salts, FIELDS_MAX);
        assert_ok(derive_salts(&job, 1));
        const size_t n = fields_of(c, salts, fields, commitments);
        const struct record r = record_of(c, fields, n);
        hash root = commit_root(r.kind, r.schema, commitments, n);
        assert_bytes(of_hash(&root), hex_of(c, "root"));
        root = (hash){};
        commit_many(&(struct commit_job){ &r, salts, &root }, 1);
        assert_bytes(of_hash(&root), hex_of(c, "root"));
        if (json_member(&vectors, c, "known_kind")->type != JSON_TRUE) continue;
        known++;
        check_entry(c, &r, salts);
    }
    assert_true(known >= 3);
}

static void many_record_keys_at_once_are_those_of_each(void **)
{
    enum { COUNT_MAX = 40 };
    uint8_t block_key[BLOCK_KEY_BYTES];
    for (size_t i = 0; i < sizeof block_key; i++)
        block_key[i] = (uint8_t)(3 * i);
    for (size_t count = 0; count <= COUNT_MAX; count++) {
        uint8_t keys[COUNT_MAX + 1][RECORD_KEY_BYTES] = {};
        const uint8_t untouched[RECORD_KEY_BYTES] = {};
        assert_ok(derive_record_keys(block_key, UINT64_MAX / 3, count, keys));
        for (size_t i = 0; i < count; i++) {
            uint8_t want[RECORD_KEY_BYTES];
            assert_ok(derive_record_keys(block_key, UINT64_MAX / 3 + i, 1, &want));
            assert_memory_equal(keys[i], want, sizeof want);
        }
        assert_memory_equal(keys[count], untouched, sizeof untouched);
    }
}

static void many_records_at_once_give_the_same_roots(void **)
{
    enum { ROUNDS = 9, CASES_MAX = 64 };
    const struct json_node *list = json_member(&vectors, &vectors.nodes[0], "commitments");
    static struct record_field fields[CASES_MAX][FIELDS_MAX];
    static salt salts[CASES_MAX][FIELDS_MAX];
    struct record records[CASES_MAX];
    struct commit_job jobs[CASES_MAX * ROUNDS];
    static hash roots[CASES_MAX * ROUNDS];
    slice want[CASES_MAX];
    size_t count = 0;
    for (size_t i = index_of(list) + 1; i < list->end; i = vectors.nodes[i].end, count++) {
        const struct json_node *c = &vectors.nodes[i];
        const struct keystream_job job =
            derive_job(hex_of(c, "record_key").at, salts[count], FIELDS_MAX);
        assert_ok(derive_salts(&job, 1));
        const size_t n = fields_of(c, NULL, fields[count], NULL);
        records[count] = record_of(c, fields[count], n);
        want[count] = arena_copy(&arena, hex_of(c, "root"));
    }
    for (size_t j = 0; j < count * ROUNDS; j++) {
        const size_t at = j * 7 % count;
        jobs[j] = (struct commit_job){ &records[at], salts[at], &roots[j] };
    }
    commit_many(jobs, count * ROUNDS);
    for (size_t j = 0; j < count * ROUNDS; j++)
        assert_bytes(of_hash(&roots[j]), want[j * 7 % count]);
}

static void every_body_and_its_entry_is_right(void **)
{
    const struct json_node *list = json_member(&vectors, &vectors.nodes[0], "bodies");
    size_t count = 0;
    for (size_t i = index_of(list) + 1; i < list->end; i = vectors.nodes[i].end, count++) {
        const struct json_node *c = &vectors.nodes[i];
        struct record_field fields[FIELDS_MAX];
        struct record_field decoded[FIELDS_MAX];
        fields_of(c, NULL, fields, NULL);
        struct record r = record_of(c, NULL, 0);
        const struct schema *s = schema_find(r.kind, r.schema);
        assert_non_null(s);
        uint8_t room[4096];
        struct writer w = writer_of(room, sizeof room);
        assert_ok(body_encode(s, fields, &w));
        r.body = writer_slice(&w);
        assert_bytes(r.body, hex_of(c, "body"));
        assert_ok(body_decode(s, guarded(r.body), decoded));
        for (size_t f = 0; f < s->field_count; f++) {
            assert_int_equal(decoded[f].type, fields[f].type);
            assert_bytes(decoded[f].value, fields[f].value);
        }
        check_entry(c, &r, NULL);
    }
    assert_true(count >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_salt_commitment_root_and_entry_is_right),
        cmocka_unit_test(many_record_keys_at_once_are_those_of_each),
        cmocka_unit_test(many_records_at_once_give_the_same_roots),
        cmocka_unit_test(every_body_and_its_entry_is_right),
    };
    return cmocka_run_group_tests_name("record/vectors", tests, load, NULL);
}
