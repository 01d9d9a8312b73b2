/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The 914 edge cases of C2SP/CCTV: each has flags that say what is odd about it, and
 * docs/formats/note.md says which of these oddities are refused. The verdict must follow from the
 * flags alone.
 */
#include "base/num.h"
#include "lib/ed25519.h"
#include "lib/json.h"
#include "tests/cm.h"

static const char *const refused_flags[] = { "low_order_A", "non_canonical_A", "non_canonical_R",
                                             "low_order_residue" };

static bool must_refuse(const struct json_document *doc, const struct json_node *flags)
{
    if (flags == NULL || flags->type != JSON_ARRAY) return false;
    const struct json_node *end = &doc->nodes[flags->end];
    for (const struct json_node *flag = flags + 1; flag < end; flag++) {
        for (size_t i = 0; i < COUNT_OF(refused_flags); i++) {
            if (slice_is(flag->text, refused_flags[i])) return true;
        }
    }
    return false;
}

static void every_edge_case_gets_the_documented_verdict(void **)
{
    const char *path = shared_data("vectors/ed25519/ed25519vectors.json");
    if (path == NULL) skip();
    struct json_parser *parser = json_parser_new();
    struct json_document doc = {};
    struct fault fault = {};
    size_t accepted = 0;
    size_t refused = 0;
    assert_ok(json_parse(parser, file_bytes(path), &doc, &fault));
    const struct json_node *end = &doc.nodes[doc.nodes[0].end];
    for (const struct json_node *n = &doc.nodes[1]; n < end; n = &doc.nodes[n->end]) {
        uint8_t key[ED25519_PUBLIC_BYTES];
        uint8_t sig[ED25519_SIGNATURE_BYTES];
        assert_ok(num_parse_hex(json_member(&doc, n, "key")->text, key, sizeof key));
        assert_ok(num_parse_hex(json_member(&doc, n, "sig")->text, sig, sizeof sig));
        const bool good = ed25519_verify(key, json_member(&doc, n, "msg")->text, sig);
        if (good == must_refuse(&doc, json_member(&doc, n, "flags"))) {
            fail_msg("vector %d: the wrong verdict", (int)json_member(&doc, n, "number")->number.i);
        }
        accepted += good;
        refused += !good;
    }
    assert_int_equal(accepted, 86);
    assert_int_equal(refused, 828);
    json_parser_free(parser);
}

/* L, the order of the base point, little-endian (RFC 8032 section 5.1). */
static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                   0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                   0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10 };

static void a_scalar_above_the_order_is_refused(void **)
{
    const uint8_t seed[ED25519_SEED_BYTES] = { 7 };
    uint8_t key[ED25519_PUBLIC_BYTES];
    uint8_t sig[ED25519_SIGNATURE_BYTES];
    struct ed25519_key *k = ed25519_key_new(seed);
    assert_non_null(k);
    ed25519_public(k, key);
    assert_ok(ed25519_sign(k, slice_text("message"), sig));
    ed25519_key_free(k);
    assert_true(ed25519_verify(key, slice_text("message"), sig));
    unsigned carry = 0;
    for (size_t i = 0; i < 32; i++) { /* S + L is the same scalar in another spelling */
        carry += (unsigned)sig[32 + i] + order[i];
        sig[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    assert_false(ed25519_verify(key, slice_text("message"), sig));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_edge_case_gets_the_documented_verdict),
        cmocka_unit_test(a_scalar_above_the_order_is_refused),
    };
    return cmocka_run_group_tests_name("lib/ed25519_vectors", tests, NULL, NULL);
}
