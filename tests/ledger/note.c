/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/note.h"
#include <stdio.h>
#include "ledger/cosignature.h"
#include "lib/ed25519.h"
#include "tests/cm.h"

/* The example of c2sp.org/signed-note. */
static const char example_key[] =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
static const char example_note[] = "This is an example message.\n\n\xe2\x80\x94 example.com/foo "
                                   "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsY"
                                   "jOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

struct signer {
    const char *name;
    uint8_t type;
    uint8_t seed;
};

static struct ed25519_key *signer_key(const struct signer *s, uint8_t pubkey[32])
{
    uint8_t seed[32] = { s->seed };
    struct ed25519_key *k = ed25519_key_new(seed);
    assert_non_null(k);
    ed25519_public(k, pubkey);
    return k;
}

static struct note_key key_of(const struct signer *s, char text[400])
{
    uint8_t pubkey[32];
    struct note_key key = {};
    struct fault fault = {};
    ed25519_key_free(signer_key(s, pubkey));
    struct writer w = writer_of(text, 400);
    note_write_key(&w, slice_text(s->name), s->type, (slice){ pubkey, 32 });
    assert_ok(writer_end(&w));
    assert_ok(note_key_parse(writer_slice(&w), &key, &fault));
    assert_true(key.verifiable);
    return key;
}

static void sign(struct writer *w, const struct signer *s, slice text, uint64_t time)
{
    uint8_t pubkey[32];
    uint8_t sig[64];
    uint8_t cosig[COSIGNATURE_BYTES];
    uint8_t message[COSIGNATURE_MESSAGE_BYTES_MAX];
    struct ed25519_key *k = signer_key(s, pubkey);
    struct writer m = writer_of(message, sizeof message);
    if (s->type == NOTE_KEY_COSIGNATURE) {
        assert_ok(cosignature_message(time, text, &m));
    } else {
        writer_bytes(&m, text);
    }
    assert_ok(ed25519_sign(k, writer_slice(&m), sig));
    cosignature_bytes(time, sig, cosig);
    const slice both = s->type == NOTE_KEY_COSIGNATURE ? (slice){ cosig, sizeof cosig }
                                                       : (slice){ sig, sizeof sig };
    const slice name = slice_text(s->name);
    note_write_signature(w, name, note_key_id(name, s->type, (slice){ pubkey, 32 }), both);
    ed25519_key_free(k);
}

static void the_published_example_verifies(void **)
{
    struct note n = {};
    struct note_key key = {};
    struct note_seen seen = {};
    struct fault fault = {};
    assert_ok(note_key_parse(guarded(slice_text(example_key)), &key, &fault));
    assert_ok(note_parse(guarded(slice_text(example_note)), &n, &fault));
    assert_true(slice_is(n.text, "This is an example message.\n"));
    assert_int_equal(n.count, 1);
    assert_ok(note_verify(&n, &key, 1, ed25519_verify, &seen, &fault));
    assert_true(seen.signed_it);
    assert_int_equal(seen.time, 0);
}

static void no_bit_of_the_example_can_be_changed(void **)
{
    const slice good = slice_text(example_note);
    struct note_key key = {};
    struct fault fault = {};
    assert_ok(note_key_parse(slice_text(example_key), &key, &fault));
    for (size_t bit = 0; bit < 8 * good.len; bit++) {
        uint8_t bytes[sizeof example_note];
        struct note n = {};
        struct note_seen seen = {};
        bytes_copy(bytes, sizeof bytes, good);
        bytes[bit / 8] = (uint8_t)(bytes[bit / 8] ^ 1u << bit % 8);
        if (note_parse(guarded((slice){ bytes, good.len }), &n, &fault).code != E_OK) continue;
        assert_fails(note_verify(&n, &key, 1, ed25519_verify, &seen, &fault), E_INVALID);
    }
}

static void malformed_notes_are_refused_with_their_line(void **)
{
#define SIG "\xe2\x80\x94 a AAAAAAAA\n"
    static const struct {
        const char *text;
        int32_t want;
        const char *why;
    } cases[] = {
        { "", E_SYNTAX, "newline" },
        { "\n", E_SYNTAX, "newline" },
        { "text\n", E_SYNTAX, "empty line" },
        { "text\n\n", E_SYNTAX, "no signature" },
        { "text\n" SIG, E_SYNTAX, "empty line" },
        { "text\n\n\xe2\x80\x94 a AAAAAAAA", E_SYNTAX, "newline" },
        { "text\n\n- a AAAAAAAA\n", E_SYNTAX, "line 3" },
        { "text\n\n" SIG "junk\n", E_SYNTAX, "line 4" },
        { "text\n\n\xe2\x80\x94 a\n", E_SYNTAX, "line 3" },
        { "text\n\n\xe2\x80\x94  AAAAAAAA\n", E_SYNTAX, "line 3" },
        { "text\n\n\xe2\x80\x94 a+b AAAAAAAA\n", E_SYNTAX, "line 3" },
        { "text\n\n\xe2\x80\x94 a\xc2\xa0"
          "b AAAAAAAA\n",
          E_SYNTAX, "line 3" },
        { "text\n\n\xe2\x80\x94 a AAAAAAA\n", E_SYNTAX, "line 3" },
        { "text\n\n\xe2\x80\x94 a AAAAAAA \n", E_SYNTAX, "line 3" },
        { "text\n\n\xe2\x80\x94 a AAAAAB==\n", E_SYNTAX, "line 3" },
        { "text\n\n\xe2\x80\x94 a AAAAAA==\n", E_SHORT, "line 3" },
        { "te\txt\n\n" SIG, E_SYNTAX, "line 1: control character 0x09" },
        { "text\r\n\n" SIG, E_SYNTAX, "control character 0x0d" },
        { "te\xffxt\n\n" SIG, E_UTF8, "UTF-8" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct note n = { .count = 77 };
        struct fault fault = {};
        assert_fails(note_parse(guarded(slice_text(cases[i].text)), &n, &fault), cases[i].want);
        if (strstr(fault.text, cases[i].why) == NULL) fail_msg("case %zu: %s", i, fault.text);
        assert_int_equal(n.count, 77);
    }
    struct note n = {};
    struct fault fault = {};
    assert_fails(note_parse(slice_text("te\0xt\n\n" SIG), &n, &fault), E_SYNTAX);
    assert_ok(note_parse(guarded(slice_text("a\n\nb\n\n" SIG SIG)), &n, &fault));
    assert_true(slice_is(n.text, "a\n\nb\n")); /* split at the last empty line */
    assert_int_equal(n.count, 2);
    assert_ok(note_parse(guarded(slice_text("\n\n" SIG)), &n, &fault));
    assert_true(slice_is(n.text, "\n"));
}

static void sizes_beyond_the_limits_are_refused(void **)
{
    static uint8_t bytes[NOTE_BYTES_MAX + 1];
    struct note n = {};
    struct fault fault = {};
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = 'x';
    assert_fails(note_parse((slice){ bytes, sizeof bytes }, &n, &fault), E_LIMIT);
    for (size_t lines = NOTE_SIGNATURES_MAX; lines <= NOTE_SIGNATURES_MAX + 1; lines++) {
        struct writer w = writer_of(bytes, sizeof bytes);
        writer_text(&w, "text\n\n");
        for (size_t i = 0; i < lines; i++)
            writer_text(&w, SIG);
        const int32_t want = lines > NOTE_SIGNATURES_MAX ? E_LIMIT : E_OK;
        assert_fails(note_parse(writer_slice(&w), &n, &fault), want);
    }
    for (size_t len = NOTE_TEXT_BYTES_MAX; len <= NOTE_TEXT_BYTES_MAX + 1; len++) {
        struct writer w = writer_of(bytes, sizeof bytes);
        for (size_t i = 1; i < len; i++)
            writer_u8(&w, 'x');
        writer_text(&w, "\n\n" SIG);
        const int32_t want = len > NOTE_TEXT_BYTES_MAX ? E_LIMIT : E_OK;
        assert_fails(note_parse(writer_slice(&w), &n, &fault), want);
    }
}

static void bad_keys_are_refused(void **)
{
    static const struct {
        const char *text;
        int32_t want;
    } cases[] = {
        { "", E_SYNTAX },
        { "example.com/foo", E_SYNTAX },
        { "example.com/foo+530d903a", E_SYNTAX },
        { "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", E_SYNTAX },
        { "a b+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", E_SYNTAX },
        { "example.com/foo+530d903+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", E_SYNTAX },
        { "example.com/foo+530d903g+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", E_SYNTAX },
        { "example.com/foo+530d903a+", E_SYNTAX },
        { "example.com/foo+530d903a+AQ==", E_SYNTAX },
        { "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", E_VALUE },
        { "example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", E_VALUE },
        { "example.com/foo+530d903a+BOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", E_VALUE },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct note_key key = { .type = 9 };
        struct fault fault = {};
        assert_fails(note_key_parse(guarded(slice_text(cases[i].text)), &key, &fault),
                     cases[i].want);
        assert_true(strncmp(fault.text, "key: ", 5) == 0);
        assert_int_equal(key.type, 9);
    }
    struct note_key key = {};
    struct fault fault = {};
    assert_ok(note_key_parse(slice_text("ecdsa+00000000+AgAAAA=="), &key, &fault));
    assert_false(key.verifiable);
}

static void names_follow_their_rule(void **)
{
    assert_true(note_name_is_valid(slice_text("example.com/log\xc3\xa4")));
    static const char *const bad[] = { "",          "a+b",          "a b",   "a\tb",
                                       "a\xc2\x85", "\xe3\x80\x80", "a\xff", "a\x01" };
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(note_name_is_valid(slice_text(bad[i])));
    uint8_t long_name[256];
    for (size_t i = 0; i < sizeof long_name; i++)
        long_name[i] = 'a';
    assert_true(note_name_is_valid((slice){ long_name, 255 }));
    assert_false(note_name_is_valid((slice){ long_name, 256 }));
}

static const struct signer log_signer = { "example.com/log", NOTE_KEY_ED25519, 1 };
static const struct signer witness_signer = { "w.example/1", NOTE_KEY_COSIGNATURE, 2 };
static const struct signer stranger = { "stranger.example", NOTE_KEY_ED25519, 3 };

static void log_and_witness_signatures_verify_and_strangers_are_ignored(void **)
{
    uint8_t bytes[4096];
    char texts[2][400];
    const slice text = slice_text("example.com/log\n7\nroot\n");
    struct writer w = writer_of(bytes, sizeof bytes);
    writer_bytes(&w, text);
    writer_u8(&w, '\n');
    sign(&w, &stranger, text, 0);
    sign(&w, &log_signer, text, 0);
    sign(&w, &witness_signer, text, 1700000000);
    sign(&w, &witness_signer, text, 1600000000); /* cosigned twice: the newer time counts */
    const struct note_key keys[] = { key_of(&log_signer, texts[0]),
                                     key_of(&witness_signer, texts[1]) };
    struct note_seen seen[2];
    struct note n = {};
    struct fault fault = {};
    assert_ok(note_parse(guarded(writer_slice(&w)), &n, &fault));
    assert_int_equal(n.count, 4);
    assert_ok(note_verify(&n, keys, 2, ed25519_verify, seen, &fault));
    assert_true(seen[0].signed_it && seen[1].signed_it);
    assert_int_equal(seen[0].time, 0);
    assert_int_equal(seen[1].time, 1700000000);
    assert_ok(note_verify(&n, keys, 1, ed25519_verify, seen, &fault));
    assert_fails(note_verify(&n, keys, 0, ed25519_verify, seen, &fault), E_INVALID);
    assert_non_null(strstr(fault.text, "no signature by any"));
}

/* A signature that claims a known key and is none taints the whole note, however good the rest is.
 */
static void a_known_key_with_a_bad_signature_refuses_the_whole_note(void **)
{
    char texts[2][400];
    const slice text = slice_text("example.com/log\n7\nroot\n");
    const slice other = slice_text("example.com/log\n8\nroot\n");
    const struct note_key keys[] = { key_of(&log_signer, texts[0]),
                                     key_of(&witness_signer, texts[1]) };
    for (int bad = 0; bad < 2; bad++) {
        uint8_t bytes[4096];
        struct note n = {};
        struct note_seen seen[2];
        struct fault fault = {};
        struct writer w = writer_of(bytes, sizeof bytes);
        writer_bytes(&w, text);
        writer_u8(&w, '\n');
        sign(&w, &log_signer, bad == 0 ? other : text, 0);
        sign(&w, &witness_signer, bad == 1 ? other : text, 5);
        assert_ok(note_parse(writer_slice(&w), &n, &fault));
        assert_fails(note_verify(&n, keys, 2, ed25519_verify, seen, &fault), E_INVALID);
        assert_non_null(strstr(fault.text, bad == 0 ? "line 5" : "line 6"));
        assert_non_null(strstr(fault.text, bad == 0 ? "example.com/log+" : "w.example/1+"));
    }
}

static void a_cosignature_binds_its_time(void **)
{
    uint8_t pubkey[32];
    uint8_t sig[64];
    uint8_t cosig[COSIGNATURE_BYTES];
    uint8_t message[200];
    uint64_t time = 99;
    const slice text = slice_text("o\n1\nr\n");
    struct ed25519_key *k = signer_key(&witness_signer, pubkey);
    struct writer m = writer_of(message, sizeof message);
    assert_ok(cosignature_message(1234, text, &m));
    assert_true(slice_is(writer_slice(&m), "cosignature/v1\ntime 1234\no\n1\nr\n"));
    assert_ok(ed25519_sign(k, writer_slice(&m), sig));
    ed25519_key_free(k);
    cosignature_bytes(1234, sig, cosig);
    const slice whole = { cosig, sizeof cosig };
    assert_true(cosignature_verify(text, pubkey, guarded(whole), ed25519_verify, &time));
    assert_int_equal(time, 1234);
    for (size_t i = 0; i < sizeof cosig; i++) {
        cosig[i] ^= 1;
        assert_false(cosignature_verify(text, pubkey, whole, ed25519_verify, &time));
        cosig[i] ^= 1;
    }
    cosig[0] = 0x80; /* a time above 2^63 - 1 */
    assert_false(cosignature_verify(text, pubkey, whole, ed25519_verify, &time));
    assert_false(cosignature_verify(text, pubkey, (slice){ cosig, 71 }, ed25519_verify, &time));
    struct writer again = writer_of(message, sizeof message);
    assert_fails(cosignature_message((uint64_t)INT64_MAX + 1, text, &again), E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_example_verifies),
        cmocka_unit_test(no_bit_of_the_example_can_be_changed),
        cmocka_unit_test(malformed_notes_are_refused_with_their_line),
        cmocka_unit_test(sizes_beyond_the_limits_are_refused),
        cmocka_unit_test(bad_keys_are_refused),
        cmocka_unit_test(names_follow_their_rule),
        cmocka_unit_test(log_and_witness_signatures_verify_and_strangers_are_ignored),
        cmocka_unit_test(a_known_key_with_a_bad_signature_refuses_the_whole_note),
        cmocka_unit_test(a_cosignature_binds_its_time),
    };
    return cmocka_run_group_tests_name("ledger/note", tests, NULL, NULL);
}
