/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/verify.h"
#include <stdlib.h>
#include "lib/ed25519.h"
#include "tests/cm.h"
#include "tests/verify/sample.h"

static struct sample s;

/* What the reader has, besides the file. */
struct reader {
    const slice *keys;
    size_t key_count;
    const slice *policy;
    const slice *entry;
    const slice *old;
};

static status check(slice file, struct reader r, struct answer *answer, struct fault *fault)
{
    static struct trust trust;
    TRY(trust_read(r.keys, r.key_count, r.policy, ed25519_verify, &trust, fault));
    const struct verify_input in = {
        .file = guarded(file), .entry = r.entry, .old = r.old, .trust = &trust
    };
    return verify_file(&in, answer, fault);
}

static void expect(slice file, struct reader r, int32_t code, const char *why)
{
    struct answer answer = answer_of();
    struct fault fault = {};
    const status got = check(file, r, &answer, &fault);
    if (got.code != code || (code != E_OK && strstr(fault.text, why) == NULL)) {
        fail_msg("%d instead of %d: %s", got.code, code, fault.text);
    }
    static uint8_t text[64 * 1024];
    struct writer w = writer_of(text, sizeof text - 1);
    if (code == E_OK) answer_write_text(&answer, &w);
    text[w.len] = '\0';
    if (code == E_OK && strstr((const char *)text, why) == NULL)
        fail_msg("no \"%s\" in %s", why, text);
    answer_done(&answer);
}

static int make(void **)
{
    s = sample_make();
    return 0;
}

#define LOG_KEY ((struct reader){ &s.log_key, 1, NULL, NULL, NULL })
#define WITH_ENTRY(e) ((struct reader){ &s.log_key, 1, NULL, &(e), NULL })
#define WITH_POLICY(p) ((struct reader){ NULL, 0, &(p), &s.entry, NULL })
#define WITH_OLD(o) ((struct reader){ &s.log_key, 1, NULL, NULL, &(o) })

static void a_checkpoint_verifies_with_its_logs_key_only(void **)
{
    expect(s.checkpoint, LOG_KEY, E_OK, "the log signed a checkpoint of 13 entries");
    expect(s.checkpoint, LOG_KEY, E_OK, "no cosignature of a witness was checked");
    expect(s.checkpoint, (struct reader){}, E_USAGE, "signed by example.com/log+");
    const struct reader witness = { s.witness_keys, 1, NULL, NULL, NULL };
    expect(s.checkpoint, witness, E_INVALID, "not signed by a given key of its log");
    const struct reader stranger = { &s.witness_keys[2], 1, NULL, NULL, NULL };
    expect(s.checkpoint, stranger, E_INVALID, "no signature by any of the keys");
}

static void a_policy_asks_for_its_quorum(void **)
{
    expect(s.checkpoint, WITH_POLICY(s.policy), E_OK, "the quorum of the policy cosigned");
    expect(s.checkpoint, WITH_POLICY(s.policy), E_OK, "w2.example/a+");
    expect(s.checkpoint, WITH_POLICY(s.policy), E_OK, "at 2026-01-01T00:00:02Z");
    expect(s.checkpoint, WITH_POLICY(s.strict_policy), E_INVALID, "2 witnesses of the policy");
    expect(s.old_checkpoint, WITH_POLICY(s.policy), E_INVALID, "quorum g is not reached");
    expect(s.checkpoint, WITH_POLICY(s.entry), E_SYNTAX, "policy, line 1");
}

static void an_inclusion_proof_needs_its_own_entry(void **)
{
    expect(s.inclusion, WITH_ENTRY(s.entry), E_OK, "are entry 5 of the log");
    expect(s.inclusion, WITH_POLICY(s.policy), E_OK, "are entry 5 of the log");
    expect(s.inclusion, LOG_KEY, E_USAGE, "give --entry");
    expect(s.inclusion, WITH_ENTRY(s.other_entry), E_INVALID, "this entry is not entry 5");
}

static void a_consistency_proof_starts_from_the_old_checkpoint(void **)
{
    expect(s.consistency, LOG_KEY, E_OK, "extends the one of 7 entries");
    expect(s.consistency, LOG_KEY, E_OK, "that the log ever signed the old root");
    expect(s.consistency, WITH_OLD(s.old_checkpoint), E_OK, "extends the one of 7 entries");
    expect(s.consistency, WITH_OLD(s.checkpoint), E_INVALID,
           "has 13 entries, the proof starts at 7");
    expect(s.consistency, WITH_OLD(s.entry), E_UTF8, "old checkpoint: ");
}

static void a_bundle_opens_fields_and_says_what_it_hides(void **)
{
    expect(s.bundle, LOG_KEY, E_OK, "field          actor: j\xc3\xb6rg\n");
    expect(s.bundle, LOG_KEY, E_OK, "hidden         source\n");
    expect(s.bundle, LOG_KEY, E_OK, "kind           event, schema 1\n");
    expect(s.bundle, LOG_KEY, E_OK, "are entry 9 of the log");
    expect(s.bundle, LOG_KEY, E_OK, "what the 6 hidden fields say");
    expect(s.wide_bundle, LOG_KEY, E_OK, "field          views: 77\n");
    expect(s.wide_bundle, LOG_KEY, E_OK, "field          reason: (absent)\n");
    expect(s.wide_bundle, LOG_KEY, E_OK, "time: 2026-01-01T00:00:00Z");
    expect(s.bundle, (struct reader){}, E_USAGE, "signed by example.com/log+");
}

static void another_signed_note_is_told_as_such(void **)
{
    expect(s.text_note, LOG_KEY, E_OK, "the text was signed by the keys named");
    expect(slice_text("junk"), LOG_KEY, E_SYNTAX, "not a proof");
    expect(slice_none(), LOG_KEY, E_SYNTAX, "not a proof");
    expect(slice_text("junk\n"), LOG_KEY, E_SYNTAX, "note, up to line 1: ");
}

/* Whatever bit of a file changes, it never verifies with a changed meaning. What may change: the
 * key names of witnesses that nobody asked for. */
static void no_bit_of_a_proof_can_be_changed(void **)
{
    const struct {
        slice file;
        struct reader reader;
    } cases[] = {
        { s.old_checkpoint, LOG_KEY },
        { s.checkpoint, { NULL, 0, &s.policy, NULL, NULL } },
        { s.inclusion, WITH_POLICY(s.policy) },
        { s.consistency, { NULL, 0, &s.policy, NULL, NULL } },
        { s.bundle, { NULL, 0, &s.policy, NULL, NULL } },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint8_t *bytes = malloc(cases[i].file.len);
        assert_non_null(bytes);
        for (size_t bit = 0; bit < 8 * cases[i].file.len; bit++) {
            struct answer answer = answer_of();
            struct fault fault = {};
            bytes_copy(bytes, cases[i].file.len, cases[i].file);
            bytes[bit / 8] = (uint8_t)(bytes[bit / 8] ^ 1u << bit % 8);
            const slice changed = { bytes, cases[i].file.len };
            const status got = check(changed, cases[i].reader, &answer, &fault);
            if (got.code == E_OK) fail_msg("case %zu verifies with bit %zu changed", i, bit);
            if (fault.text[0] == '\0') fail_msg("case %zu bit %zu: no reason given", i, bit);
            answer_done(&answer);
        }
        free(bytes);
    }
}

static void json_has_the_same_content(void **)
{
    static uint8_t text[64 * 1024];
    struct answer answer = answer_of();
    struct fault fault = {};
    struct writer w = writer_of(text, sizeof text - 1);
    assert_ok(check(s.text_note, LOG_KEY, &answer, &fault));
    answer_write_json(&answer, &w);
    assert_ok(writer_end(&w));
    assert_true(w.len <= answer_room(&answer));
    assert_non_null(strstr((const char *)text, "{\"verified\":true,\"kind\":\"signed note\""));
    assert_non_null(strstr((const char *)text, "a statement\\n\\nof two paragraphs\\n"));
    w.len = 0;
    answer_write_text(&answer, &w); /* a line stays a line, whatever the text says */
    assert_non_null(strstr((const char *)text, "a statement??of two paragraphs?"));
    answer_done(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_checkpoint_verifies_with_its_logs_key_only),
        cmocka_unit_test(a_policy_asks_for_its_quorum),
        cmocka_unit_test(an_inclusion_proof_needs_its_own_entry),
        cmocka_unit_test(a_consistency_proof_starts_from_the_old_checkpoint),
        cmocka_unit_test(a_bundle_opens_fields_and_says_what_it_hides),
        cmocka_unit_test(another_signed_note_is_told_as_such),
        cmocka_unit_test(no_bit_of_a_proof_can_be_changed),
        cmocka_unit_test(json_has_the_same_content),
    };
    return cmocka_run_group_tests_name("verify/verify", tests, make, NULL);
}
