/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/ed25519.h"

#include "base/num.h"
#include "tests/cm.h"

/* RFC 8032 section 7.1, tests 1 to 3. */
static const struct {
    const char *seed, *public_key, *message, *signature;
} vectors[] = {
    { "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
      "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
    { "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
      "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
    { "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
      "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
};

struct vector {
    uint8_t seed[32], public_key[32], signature[64], message[2];
    size_t message_len;
};

static struct vector vector(size_t i)
{
    struct vector v = { .message_len = strlen(vectors[i].message) / 2 };
    assert_ok(num_parse_hex(slice_text(vectors[i].seed), v.seed, 32));
    assert_ok(num_parse_hex(slice_text(vectors[i].public_key), v.public_key, 32));
    assert_ok(num_parse_hex(slice_text(vectors[i].signature), v.signature, 64));
    assert_ok(num_parse_hex(slice_text(vectors[i].message), v.message, v.message_len));
    return v;
}

static void signs_and_verifies_the_published_vectors(void **)
{
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        const struct vector v = vector(i);
        const slice message = guarded((slice){ v.message, v.message_len });
        uint8_t public_key[32], signature[64];
        struct ed25519_key *k = ed25519_key_new(v.seed);
        assert_non_null(k);
        ed25519_public(k, public_key);
        assert_memory_equal(public_key, v.public_key, 32);
        for (int again = 0; again < 3; again++) {
            assert_ok(ed25519_sign(k, message, signature));
            assert_memory_equal(signature, v.signature, 64);
        }
        assert_true(ed25519_verify(v.public_key, message, v.signature));
        ed25519_key_free(k);
    }
    ed25519_key_free(NULL);
}

static void any_changed_bit_is_refused(void **)
{
    struct vector v = vector(2);
    const slice message = { v.message, v.message_len };
    struct {
        uint8_t *at;
        size_t len;
    } parts[] = { { v.signature, 64 }, { v.public_key, 32 }, { v.message, 2 } };
    for (size_t p = 0; p < COUNT_OF(parts); p++) {
        for (size_t bit = 0; bit < 8 * parts[p].len; bit++) {
            parts[p].at[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_false(ed25519_verify(v.public_key, message, v.signature));
            parts[p].at[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
    assert_false(ed25519_verify(v.public_key, (slice){ v.message, 1 }, v.signature));
    assert_true(ed25519_verify(v.public_key, message, v.signature));
}

/* RFC 8032 section 5.1.7: "Decode ... S as an integer ... in the range 0 <= s < L"; adding L to S
 * gives the same equation, and would give a second signature for the same message. */
static void a_scalar_that_is_not_reduced_is_refused(void **)
{
    static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
                                       0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10 };
    struct vector v = vector(1);
    unsigned carry = 0;
    for (size_t i = 0; i < 32; i++) {
        carry += (unsigned)v.signature[32 + i] + order[i];
        v.signature[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    assert_int_equal(carry, 0);
    assert_false(ed25519_verify(v.public_key, (slice){ v.message, v.message_len }, v.signature));
}

static void a_public_key_that_is_no_point_is_refused(void **)
{
    struct vector v = vector(0);
    memset(v.public_key, 0, 32);
    v.public_key[0] = 2; /* y = 2 is on no point of the curve */
    assert_false(ed25519_verify(v.public_key, slice_none(), v.signature));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs_and_verifies_the_published_vectors),
        cmocka_unit_test(any_changed_bit_is_refused),
        cmocka_unit_test(a_scalar_that_is_not_reduced_is_refused),
        cmocka_unit_test(a_public_key_that_is_no_point_is_refused),
    };
    return cmocka_run_group_tests_name("lib/ed25519", tests, NULL, NULL);
}
