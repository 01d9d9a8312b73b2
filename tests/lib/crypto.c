/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/crypto.h"

#include "base/num.h"
#include "tests/cm.h"

static slice hex(const char *text, uint8_t *bytes)
{
    const size_t len = strlen(text) / 2;
    assert_ok(num_parse_hex(slice_text(text), bytes, len));
    return (slice){ bytes, len };
}

/* Test cases 13, 14 and 16 of "The Galois/Counter Mode of Operation", appendix B. */
static const struct {
    const char *key, *nonce, *aad, *plain, *sealed;
} vectors[] = {
    { "0000000000000000000000000000000000000000000000000000000000000000",
      "000000000000000000000000", "", "", "530f8afbc74536b9a963b4f1c4cb738b" },
    { "0000000000000000000000000000000000000000000000000000000000000000",
      "000000000000000000000000", "", "00000000000000000000000000000000",
      "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919" },
    { "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
      "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
      "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
      "76fc6ece0f4e1768cddf8853bb2d551b" },
};

static void seals_and_opens_the_published_vectors(void **)
{
    struct crypto *c = crypto_new();
    assert_non_null(c);
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        uint8_t key[32], nonce[12], aad[32], plain[64], want[80], sealed[80], opened[64];
        hex(vectors[i].key, key);
        hex(vectors[i].nonce, nonce);
        const struct crypto_box box = { key, nonce, hex(vectors[i].aad, aad) };
        const slice text = guarded(hex(vectors[i].plain, plain));
        const slice expected = guarded(hex(vectors[i].sealed, want));
        assert_ok(crypto_seal(c, &box, text, sealed));
        assert_memory_equal(sealed, expected.at, expected.len);
        assert_ok(crypto_open(c, &box, expected, opened));
        assert_memory_equal(opened, text.at, text.len);
    }
    crypto_free(c);
}

static void assert_stays_shut(struct crypto *c, const struct crypto_box *box, slice sealed)
{
    uint8_t opened[64];
    static const uint8_t zero[64];
    memset(opened, 0xaa, sizeof opened);
    assert_fails(crypto_open(c, box, sealed, opened), E_INVALID);
    assert_memory_equal(opened, zero, sealed.len - CRYPTO_TAG_BYTES);
    assert_int_equal(opened[sealed.len - CRYPTO_TAG_BYTES], 0xaa);
}

static void any_changed_bit_yields_zeroes_and_nothing_else(void **)
{
    struct crypto *c = crypto_new();
    uint8_t key[32] = { 1 }, nonce[12] = { 2 }, aad[3] = { 3 };
    uint8_t sealed[33 + CRYPTO_TAG_BYTES], opened[33];
    const struct crypto_box box = { key, nonce, { aad, sizeof aad } };
    assert_ok(crypto_seal(c, &box, slice_text("thirty-three bytes of plain text."), sealed));
    struct {
        uint8_t *at;
        size_t len;
    } parts[] = { { sealed, sizeof sealed }, { key, 32 }, { nonce, 12 }, { aad, 3 } };
    for (size_t p = 0; p < COUNT_OF(parts); p++) {
        for (size_t bit = 0; bit < 8 * parts[p].len; bit++) {
            parts[p].at[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_stays_shut(c, &box, (slice){ sealed, sizeof sealed });
            parts[p].at[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
    for (size_t len = CRYPTO_TAG_BYTES; len < sizeof sealed; len++) {
        assert_stays_shut(c, &box, guarded((slice){ sealed, len }));
    }
    /* The context is as good as new after all these failures. */
    assert_ok(crypto_open(c, &box, (slice){ sealed, sizeof sealed }, opened));
    assert_memory_equal(opened, "thirty-three bytes of plain text.", 33);
    crypto_free(c);
}

static void refuses_what_cannot_hold_a_tag(void **)
{
    struct crypto *c = crypto_new();
    const uint8_t key[32] = { 1 }, nonce[12] = { 2 }, sealed[15] = { 0 };
    const struct crypto_box box = { key, nonce, slice_none() };
    uint8_t opened[1] = { 7 };
    for (size_t len = 0; len < CRYPTO_TAG_BYTES; len++) {
        assert_fails(crypto_open(c, &box, guarded((slice){ sealed, len }), opened), E_SHORT);
    }
    assert_int_equal(opened[0], 7);
    crypto_free(c);
}

static void refuses_more_than_libcrypto_can_count(void **)
{
    struct crypto *c = crypto_new();
    const uint8_t key[32] = { 1 }, nonce[12] = { 2 };
    uint8_t byte = 7;
    const slice huge = { &byte, (size_t)CRYPTO_PLAIN_BYTES_MAX + 1 };
    const slice huge_sealed = { &byte, huge.len + CRYPTO_TAG_BYTES };
    const struct crypto_box box = { key, nonce, slice_none() };
    const struct crypto_box wide = { key, nonce, huge };
    assert_fails(crypto_seal(c, &box, huge, &byte), E_LIMIT);
    assert_fails(crypto_open(c, &box, huge_sealed, &byte), E_LIMIT);
    assert_fails(crypto_seal(c, &wide, slice_none(), &byte), E_LIMIT);
    assert_int_equal(byte, 7);
    crypto_free(c);
    crypto_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seals_and_opens_the_published_vectors),
        cmocka_unit_test(any_changed_bit_yields_zeroes_and_nothing_else),
        cmocka_unit_test(refuses_what_cannot_hold_a_tag),
        cmocka_unit_test(refuses_more_than_libcrypto_can_count),
    };
    return cmocka_run_group_tests_name("lib/crypto", tests, NULL, NULL);
}
