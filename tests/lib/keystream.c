/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/keystream.h"
#include "base/num.h"
#include "tests/cm.h"

enum { BLOCKS_ROOM = 80 };

static slice hex(const char *text, uint8_t *room)
{
    const size_t len = strlen(text) / 2;
    assert_ok(num_parse_hex(slice_text(text), room, len));
    return guarded((slice){ room, len });
}

static void run(bool portable, const uint8_t *counter, const struct keystream_job *jobs, size_t n)
{
    const status s =
        portable ? keystream_many_portable(counter, jobs, n) : keystream_many(counter, jobs, n);
    assert_ok(s);
}

struct known {
    const char *source;
    const char *key;
    const char *counter;
    const char *want;
};

/* A keystream's first block is the cipher's output for the counter block, so that the vectors of
 * the cipher serve; those of counter mode are plaintext, ciphertext and with them the keystream. */
static const struct known known[] = {
    { "FIPS 197 appendix B", "2b7e151628aed2a6abf7158809cf4f3c", "3243f6a8885a308d313198a2e0370734",
      "3925841d02dc09fbdc118597196a0b32" },
    { "FIPS 197 appendix C.1", "000102030405060708090a0b0c0d0e0f",
      "00112233445566778899aabbccddeeff", "69c4e0d86a7b0430d8cdb78070b4c55a" },
    { "SP 800-38A F.1.1, block 1", "2b7e151628aed2a6abf7158809cf4f3c",
      "6bc1bee22e409f96e93d7e117393172a", "3ad77bb40d7a3660a89ecaf32466ef97" },
    { "SP 800-38A F.1.1, block 4", "2b7e151628aed2a6abf7158809cf4f3c",
      "f69f2445df4f9b17ad2b417be66c3710", "7b0c785e27e8ad3f8223207104725dd4" },
    { "SP 800-38A F.5.1, output blocks", "2b7e151628aed2a6abf7158809cf4f3c",
      "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
      "ec8cdf7398607cb0f2d21675ea9ea1e4362b7c3c6773516318a077d7fc5073ae"
      "6a2cc3787889374fbeb4c81b17ba6c44e89c399ff0f198c6d40a31db156cabfe" },
    { "FIPS 197 appendix C.3", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
      "00112233445566778899aabbccddeeff", "8ea2b7ca516745bfeafc49904b496089" },
    { "SP 800-38A F.5.5, output blocks",
      "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
      "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
      "0bdf7df1591716335e9a8b15c860c5025a6e699d536119065433863c8f657b94"
      "1bc12c9c01610d5d0d8bd6a3378eca622956e1c8693536b1bee99c73a31576b6" },
};

static void the_published_vectors_come_out(void **)
{
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        uint8_t key_room[32];
        uint8_t counter_room[16];
        uint8_t want_room[64];
        uint8_t got[64];
        const slice key = hex(known[i].key, key_room);
        const slice counter = hex(known[i].counter, counter_room);
        const slice want = hex(known[i].want, want_room);
        const struct keystream_job job = { key.at, got, want.len / KEYSTREAM_BLOCK_BYTES };
        print_message("# %s\n", known[i].source);
        if (key.len == KEYSTREAM_LONG_KEY_BYTES) {
            assert_ok(keystream_long(key.at, counter.at, job.blocks, got));
            assert_memory_equal(got, want.at, want.len);
            continue;
        }
        for (int portable = 0; portable < 2; portable++) {
            run(portable, counter.at, &job, 1);
            assert_memory_equal(got, want.at, want.len);
        }
    }
}

/* Keys of every length of keystream, so that no job ends where another does. */
static void the_two_ways_agree_and_write_no_further(void **)
{
    enum { JOBS = 70 };
    static uint8_t keys[JOBS][KEYSTREAM_SHORT_KEY_BYTES];
    static uint8_t rooms[2][JOBS][BLOCKS_ROOM * KEYSTREAM_BLOCK_BYTES];
    uint8_t counter[KEYSTREAM_BLOCK_BYTES];
    for (unsigned round = 0; round < 6; round++) {
        for (size_t i = 0; i < sizeof counter; i++)
            counter[i] = (uint8_t)(round * 41 + i * 7);
        counter[15] = 0xfa; /* the sum carries */
        struct keystream_job jobs[2][JOBS];
        memset(rooms, 0xaa, sizeof rooms);
        for (size_t j = 0; j < JOBS; j++) {
            for (size_t i = 0; i < sizeof keys[j]; i++)
                keys[j][i] = (uint8_t)(j * 13 + i * i + round);
            for (size_t way = 0; way < 2; way++)
                jobs[way][j] = (struct keystream_job){ keys[j], rooms[way][j], (j * 29) % JOBS };
        }
        run(false, counter, jobs[0], JOBS);
        run(true, counter, jobs[1], JOBS);
        assert_memory_equal(rooms[0], rooms[1], sizeof rooms[0]);
        for (size_t j = 0; j < JOBS; j++)
            assert_int_equal(rooms[0][j][jobs[0][j].blocks * KEYSTREAM_BLOCK_BYTES], 0xaa);
    }
}

/* Each block of a keystream is the cipher's output for a counter of its own. */
static void a_keystream_is_its_blocks_one_by_one(void **)
{
    static const uint8_t key[KEYSTREAM_LONG_KEY_BYTES] = { 1, 2, 3 };
    uint8_t counter[KEYSTREAM_BLOCK_BYTES] = { [8] = 1, [14] = 1, [15] = 0xf0 };
    uint8_t all[BLOCKS_ROOM * KEYSTREAM_BLOCK_BYTES];
    uint8_t all_long[sizeof all];
    const struct keystream_job job = { key, all, BLOCKS_ROOM };
    assert_ok(keystream_many(counter, &job, 1));
    assert_ok(keystream_long(key, counter, BLOCKS_ROOM, all_long));
    for (size_t i = 0; i < BLOCKS_ROOM; i++) {
        uint8_t one[KEYSTREAM_BLOCK_BYTES];
        uint8_t at[KEYSTREAM_BLOCK_BYTES] = { [8] = 1 };
        put_u16(at + 14, (uint16_t)(0x1f0 + i));
        assert_ok(keystream_many(at, &(struct keystream_job){ key, one, 1 }, 1));
        assert_memory_equal(one, all + i * sizeof one, sizeof one);
        assert_ok(keystream_long(key, at, 1, one));
        assert_memory_equal(one, all_long + i * sizeof one, sizeof one);
    }
}

static void nothing_is_asked_for_and_nothing_written(void **)
{
    static const uint8_t key[KEYSTREAM_LONG_KEY_BYTES];
    static const uint8_t counter[KEYSTREAM_BLOCK_BYTES];
    uint8_t byte = 7;
    const struct keystream_job job = { key, &byte, 0 };
    for (int portable = 0; portable < 2; portable++) {
        run(portable, counter, &job, 1);
        run(portable, counter, NULL, 0);
    }
    assert_ok(keystream_long(key, counter, 0, &byte));
    assert_int_equal(byte, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_vectors_come_out),
        cmocka_unit_test(the_two_ways_agree_and_write_no_further),
        cmocka_unit_test(a_keystream_is_its_blocks_one_by_one),
        cmocka_unit_test(nothing_is_asked_for_and_nothing_written),
    };
    return cmocka_run_group_tests_name("lib/keystream", tests, NULL, NULL);
}
