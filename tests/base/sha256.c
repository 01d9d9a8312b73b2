/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sha256.h"
#include "base/num.h"
#include "tests/cm.h"

static void assert_hash(hash h, const char *hex)
{
    uint8_t want[SHA256_BYTES];
    assert_ok(num_parse_hex(slice_text(hex), want, sizeof want));
    assert_memory_equal(h.bytes, want, sizeof want);
}

/* FIPS 180-4 examples. */
static void known_messages_have_their_known_hashes(void **)
{
    assert_hash(sha256(slice_none()),
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_hash(sha256(slice_text("abc")),
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_hash(sha256(slice_text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void every_cut_of_a_message_gives_the_same_hash(void **)
{
    uint8_t message[200];
    for (size_t i = 0; i < sizeof message; i++)
        message[i] = (uint8_t)i;
    const hash whole = sha256((slice){ message, sizeof message });
    for (size_t cut = 0; cut <= sizeof message; cut++) {
        struct sha256 s;
        hash h;
        sha256_init(&s);
        sha256_update(&s, guarded((slice){ message, cut }));
        sha256_update(&s, guarded((slice){ message + cut, sizeof message - cut }));
        sha256_final(&s, &h);
        assert_memory_equal(h.bytes, whole.bytes, sizeof h.bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_messages_have_their_known_hashes),
        cmocka_unit_test(every_cut_of_a_message_gives_the_same_hash),
    };
    return cmocka_run_group_tests_name("base/sha256", tests, NULL, NULL);
}
