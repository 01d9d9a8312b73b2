/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/witness/cosigned.h"
#include "ledger/cosignature.h"
#include "tests/cm.h"

static const char text[] = "log.example\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";

/* Verifies if the first byte of the signature is that of the key. */
static bool check(const uint8_t *key, slice message, const uint8_t *signature)
{
    static const char begin[] = "cosignature/v1\ntime ";
    return slice_starts(message, slice_text(begin)) && signature[0] == key[0];
}

static struct note_key key_of(const char *name, uint8_t byte)
{
    struct note_key k = { .name = slice_text(name),
                          .type = NOTE_KEY_COSIGNATURE,
                          .verifiable = true,
                          .pubkey = { byte } };
    k.key_id = note_key_id(k.name, k.type, (slice){ k.pubkey, sizeof k.pubkey });
    return k;
}

/* A line of a cosignature at that time; it verifies if byte is the key's. */
static void write_line(const struct note_key *k, uint8_t byte, uint64_t time, struct writer *w)
{
    const uint8_t signature[NOTE_ED25519_BYTES] = { byte };
    uint8_t bytes[COSIGNATURE_BYTES];
    cosignature_bytes(time, signature, bytes);
    note_write_signature(w, k->name, k->key_id, (slice){ bytes, sizeof bytes });
}

static slice note_of(struct writer *w)
{
    const uint8_t signature[NOTE_ED25519_BYTES] = { 9 };
    writer_text(w, text);
    writer_text(w, "\n");
    note_write_signature(w, slice_text("log.example"), 77, (slice){ signature, sizeof signature });
    return writer_slice(w);
}

static void an_answer_is_what_the_specification_says_it_is(void **)
{
    static const struct {
        unsigned code;
        const char *body;
        enum cosigned_outcome outcome;
        uint64_t size;
    } cases[] = {
        { 409, "7\n", COSIGNED_OTHER_SIZE, 7 },
        { 409, "0\n", COSIGNED_OTHER_SIZE, 0 },
        { 409, "7", COSIGNED_FAILED, 0 },
        { 409, "07\n", COSIGNED_FAILED, 0 },
        { 409, "7\n\n", COSIGNED_FAILED, 0 },
        { 409, "-7\n", COSIGNED_FAILED, 0 },
        { 409, "18446744073709551615\n", COSIGNED_FAILED, 0 },
        { 409, "", COSIGNED_FAILED, 0 },
        { 422, "no", COSIGNED_CONTRADICTED, 0 },
        { 400, "no", COSIGNED_FAILED, 0 },
        { 403, "no", COSIGNED_FAILED, 0 },
        { 404, "no", COSIGNED_FAILED, 0 },
        { 503, "", COSIGNED_FAILED, 0 },
        { 200, "", COSIGNED_FAILED, 0 },
        { 200, "\n", COSIGNED_FAILED, 0 },
        { 200, "hello\n", COSIGNED_FAILED, 0 },
        { 302, "", COSIGNED_FAILED, 0 },
    };
    const struct note_key key = key_of("w", 1);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint8_t room[1024];
        uint8_t out[1024];
        struct writer w = writer_of(room, sizeof room);
        struct writer line = writer_of(out, sizeof out);
        struct fault f = {};
        const struct cosigned_answer a = cosigned_answer_read(
            cases[i].code, guarded(slice_text(cases[i].body)), note_of(&w), &key, check, &line, &f);
        assert_int_equal(a.outcome, cases[i].outcome);
        assert_true(a.size == cases[i].size && line.len == 0);
        assert_true((f.text[0] != '\0') == (a.outcome != COSIGNED_OTHER_SIZE));
    }
}

static void only_a_cosignature_that_verifies_counts(void **)
{
    const struct note_key key = key_of("w", 1);
    const struct note_key other = key_of("v", 2);
    static const struct {
        uint8_t byte;
        bool by_other;
        uint64_t time;
        bool is_good;
    } cases[] = {
        { 1, false, 5, true },           { 1, false, INT64_MAX, true }, { 3, false, 5, false },
        { 1, false, 0, false },          { 2, true, 5, false },         { 1, true, 5, false },
        { 1, false, 1ull << 63, false },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint8_t room[1024], sent[1024], out[1024];
        struct writer note = writer_of(room, sizeof room);
        struct writer body = writer_of(sent, sizeof sent);
        struct writer line = writer_of(out, sizeof out);
        struct fault f = {};
        write_line(cases[i].by_other ? &other : &key, cases[i].byte, cases[i].time, &body);
        const struct cosigned_answer a = cosigned_answer_read(
            200, guarded(writer_slice(&body)), note_of(&note), &key, check, &line, &f);
        assert_int_equal(a.outcome, cases[i].is_good ? COSIGNED_GOOD : COSIGNED_FAILED);
        assert_true(!cases[i].is_good || a.time == cases[i].time);
        assert_true(slice_equal(writer_slice(&line),
                                cases[i].is_good ? writer_slice(&body) : slice_none()));
    }
}

static void cosignatures_are_merged_and_replaced(void **)
{
    const struct note_key w1 = key_of("w1", 1);
    const struct note_key w2 = key_of("w2", 2);
    uint8_t room[4][1024];
    struct fault f = {};
    struct writer plain = writer_of(room[0], sizeof room[0]);
    struct writer one = writer_of(room[1], sizeof room[1]);
    struct writer two = writer_of(room[2], sizeof room[2]);
    struct writer both = writer_of(room[3], sizeof room[3]);
    ignore((note_of(&plain), OK), "written");
    ignore((note_of(&one), OK), "written");
    write_line(&w1, 1, 5, &one);
    ignore((note_of(&two), OK), "written");
    write_line(&w2, 2, 6, &two);
    assert_ok(cosigned_merge(writer_slice(&one), writer_slice(&two), &w2, &both, &f));
    uint8_t more[1024], again[1024];
    struct writer want = writer_of(more, sizeof more);
    writer_bytes(&want, writer_slice(&one));
    write_line(&w2, 2, 6, &want);
    assert_true(slice_equal(writer_slice(&both), writer_slice(&want)));
    struct writer same = writer_of(again, sizeof again);
    assert_ok(cosigned_merge(writer_slice(&both), writer_slice(&two), &w2, &same, &f));
    assert_true(slice_equal(writer_slice(&same), writer_slice(&both)));
    room[2][0] ^= 1; /* another text */
    struct writer none = writer_of(again, sizeof again);
    assert_int_equal(cosigned_merge(writer_slice(&one), writer_slice(&two), &w2, &none, &f).code,
                     E_VALUE);
    struct writer small = writer_of(again, 100);
    assert_int_equal(cosigned_merge(writer_slice(&one), writer_slice(&plain), &w2, &small, &f).code,
                     E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_what_the_specification_says_it_is),
        cmocka_unit_test(only_a_cosignature_that_verifies_counts),
        cmocka_unit_test(cosignatures_are_merged_and_replaced),
    };
    return cmocka_run_group_tests_name("ledger/cosigned", tests, NULL, NULL);
}
