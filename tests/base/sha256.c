/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sha256.h"
#include "base/num.h"
#include "base/sha256_kernel.h"
#include "tests/cm.h"

enum { KERNELS = 2, MANY = 300 };

/* The kernels that this machine can run; each test runs on all of them. */
static const struct sha256_kernel *kernels[KERNELS];
static size_t kernel_count;

static int find_kernels(void **)
{
    kernels[kernel_count++] = &sha256_portable;
    if (sha256_x86() != NULL) kernels[kernel_count++] = sha256_x86();
    for (size_t i = 0; i < kernel_count; i++)
        print_message("kernel: %s\n", kernels[i]->name);
    return 0;
}

static void assert_hash(hash h, const char *hex)
{
    uint8_t want[SHA256_BYTES];
    assert_ok(num_parse_hex(slice_text(hex), want, sizeof want));
    assert_memory_equal(h.bytes, want, sizeof want);
}

/* FIPS 180-4 examples, and from the NIST short-message vectors. */
static void known_messages_have_their_known_hashes(void **)
{
    static uint8_t million[1000000];
    for (size_t i = 0; i < sizeof million; i++)
        million[i] = 'a';
    const struct {
        slice message;
        const char *hash;
    } cases[] = {
        { slice_none(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
        { slice_text("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
        { slice_text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
        { slice_text("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklm"
                     "nopqklmnopqrlmnopqrsmnopqrstnopqrstu"),
          "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1" },
        { { million, sizeof million },
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
        { slice_text("\xd3"), "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1" },
        { slice_text("\x74\xba\x25\x21"),
          "b16aa56be3880d18cd41e68384cf1ec8c17680c45a02b1575dc1518923ae8b0e" },
    };
    for (size_t k = 0; k < kernel_count; k++) {
        for (size_t i = 0; i < COUNT_OF(cases); i++) {
            assert_hash(sha256_with(kernels[k], cases[i].message), cases[i].hash);
            for (size_t count = 1; count <= 5; count++) {
                struct sha256_job jobs[5];
                hash hashes[5];
                for (size_t j = 0; j < count; j++) {
                    jobs[j] = (struct sha256_job){ slice_none(), cases[i].message, &hashes[j] };
                }
                sha256_many_with(kernels[k], jobs, count);
                for (size_t j = 0; j < count; j++)
                    assert_hash(hashes[j], cases[i].hash);
            }
        }
    }
    assert_hash(sha256(slice_text("abc")), cases[1].hash);
}

static void every_cut_of_a_message_gives_the_same_hash(void **)
{
    uint8_t message[200];
    for (size_t i = 0; i < sizeof message; i++)
        message[i] = (uint8_t)i;
    const hash whole = sha256_with(&sha256_portable, (slice){ message, sizeof message });
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

/* Bytes that look random and are the same each time. */
static void fill(uint8_t *at, size_t len, uint64_t seed)
{
    for (size_t i = 0; i < len; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        at[i] = (uint8_t)(seed >> 56);
    }
}

static void the_kernels_agree_at_every_length(void **)
{
    static uint8_t message[1000];
    fill(message, sizeof message, 1);
    for (size_t len = 0; len <= sizeof message; len++) {
        const slice bytes = guarded((slice){ message, len });
        const hash want = sha256_with(&sha256_portable, bytes);
        for (size_t k = 1; k < kernel_count; k++) {
            const hash got = sha256_with(kernels[k], bytes);
            assert_memory_equal(got.bytes, want.bytes, sizeof got.bytes);
        }
    }
}

/* Every kernel's hashes of the jobs, whose prefix and message are one run of bytes. */
static void expect_many(struct sha256_job *jobs, size_t count)
{
    for (size_t k = 0; k < kernel_count; k++) {
        sha256_many_with(kernels[k], jobs, count);
        for (size_t i = 0; i < count; i++) {
            const size_t len = jobs[i].prefix.len + jobs[i].message.len;
            const hash want = sha256_with(&sha256_portable, (slice){ jobs[i].prefix.at, len });
            assert_memory_equal(jobs[i].ret->bytes, want.bytes, sizeof want.bytes);
        }
    }
}

/* Every mix of lengths, so that lanes fill, stay half full and are left over in each size. */
static void many_messages_have_the_hashes_of_each(void **)
{
    static uint8_t bytes[MANY][MANY];
    static struct sha256_job jobs[MANY];
    static hash got[MANY];
    for (size_t round = 0; round < 200; round++) {
        const size_t count = round * 7 % MANY;
        for (size_t i = 0; i < count; i++) {
            const size_t len = (i * (round + 1) * 31 + round) % MANY;
            const size_t prefix = len == 0 ? 0 : i % 3 % len;
            fill(bytes[i], len, round << 32 | i);
            jobs[i].prefix = (slice){ bytes[i], prefix };
            jobs[i].message = (slice){ bytes[i] + prefix, len - prefix };
            jobs[i].ret = &got[i];
        }
        expect_many(jobs, count);
    }
}

/* Each length in each number of lanes: as whole padded messages, and block by block. */
static void every_length_is_right_in_every_number_of_lanes(void **)
{
    enum { LEN_MAX = 300, LANES_MAX = 2 * SHA256_LANES + 1, ROOM = LEN_MAX + 72 };
    static uint8_t messages[LANES_MAX][ROOM];
    uint8_t got[LANES_MAX][SHA256_BYTES];
    const uint8_t *at[LANES_MAX];
    uint8_t *rets[LANES_MAX];
    hash want[LANES_MAX];
    for (size_t len = 0; len <= LEN_MAX; len++) {
        const size_t blocks = (len + 9 + SHA256_BLOCK_BYTES - 1) / SHA256_BLOCK_BYTES;
        for (size_t m = 0; m < LANES_MAX; m++) {
            fill(messages[m], len, len << 8 | m);
            want[m] = sha256_with(&sha256_portable, (slice){ messages[m], len });
            __builtin_memset(messages[m] + len, 0, ROOM - len);
            messages[m][len] = 0x80;
            put_u64(messages[m] + blocks * SHA256_BLOCK_BYTES - 8, len * 8);
            at[m] = messages[m];
            rets[m] = got[m];
        }
        for (size_t k = 0; k < kernel_count; k++) {
            for (size_t count = 1; count <= LANES_MAX; count++) {
                __builtin_memset(got, 0, sizeof got);
                kernels[k]->padded(at, blocks, count, rets);
                assert_memory_equal(got, want, count * SHA256_BYTES);
            }
            for (size_t count = 1; count <= SHA256_LANES; count++) {
                uint32_t states[SHA256_LANES][8];
                for (size_t m = 0; m < count; m++) {
                    struct sha256 fresh;
                    sha256_init(&fresh);
                    __builtin_memcpy(states[m], fresh.state, sizeof states[m]);
                }
                kernels[k]->side(states, at, count, blocks);
                for (size_t m = 0; m < count; m++) {
                    sha256_state_put(states[m], got[m]);
                    assert_memory_equal(got[m], want[m].bytes, SHA256_BYTES);
                }
            }
        }
    }
}

/* Long ones beside each other, of lengths that end in every order, with and without a prefix. */
static void long_messages_have_the_hashes_of_each(void **)
{
    enum { COUNT = 23, LEN_MAX = 9000 };
    static uint8_t bytes[COUNT][LEN_MAX];
    for (size_t round = 0; round < 60; round++) {
        struct sha256_job jobs[COUNT];
        hash got[COUNT];
        const size_t count = round % COUNT + 1;
        for (size_t i = 0; i < count; i++) {
            const size_t len = 370 + (i * 7919 + round * 613) % (LEN_MAX - 370);
            const size_t prefix = (i + round) % 4 == 0 ? 0 : (i * 13 + round) % 70;
            fill(bytes[i], len, round << 32 | i);
            jobs[i].prefix = (slice){ bytes[i], prefix };
            jobs[i].message = guarded((slice){ bytes[i] + prefix, len - prefix });
            jobs[i].ret = &got[i];
        }
        expect_many(jobs, count);
    }
}

static void many_messages_are_read_up_to_their_end_only(void **)
{
    static uint8_t bytes[300];
    fill(bytes, sizeof bytes, 3);
    for (size_t len = 0; len < sizeof bytes; len++) {
        struct sha256_job jobs[5];
        hash got[5];
        for (size_t i = 0; i < COUNT_OF(jobs); i++) {
            const slice message = guarded((slice){ bytes, len });
            jobs[i] = (struct sha256_job){ slice_none(), message, &got[i] };
        }
        sha256_many(jobs, COUNT_OF(jobs));
        const hash want = sha256_with(&sha256_portable, (slice){ bytes, len });
        for (size_t i = 0; i < COUNT_OF(jobs); i++) {
            assert_memory_equal(got[i].bytes, want.bytes, sizeof want.bytes);
        }
    }
}

static void results_may_replace_messages_already_read(void **)
{
    for (size_t count = 0; count <= 40; count++) {
        hash row[80];
        hash want[40];
        struct sha256_job jobs[40];
        fill(row[0].bytes, sizeof row, count);
        for (size_t i = 0; i < count; i++) {
            const slice pair = { row[2 * i].bytes, sizeof row[0] + sizeof row[0] };
            want[i] = sha256_with(&sha256_portable, pair);
            jobs[i] = (struct sha256_job){ slice_none(), pair, &row[i] };
        }
        sha256_many(jobs, count);
        assert_memory_equal(row, want, count * sizeof want[0]);
    }
}

/* Each length once in each position of a group, so that idle lanes are used too. */
static void padded_messages_have_the_same_hashes(void **)
{
    static uint8_t messages[11][5 * SHA256_BLOCK_BYTES];
    uint8_t rets[11][SHA256_BYTES];
    const uint8_t *at[11];
    uint8_t *out[11];
    hash want[11];
    for (size_t len = 0; len <= 5 * SHA256_BLOCK_BYTES - 9; len++) {
        const size_t blocks = (len + 9 + SHA256_BLOCK_BYTES - 1) / SHA256_BLOCK_BYTES;
        const size_t count = len % 12;
        for (size_t m = 0; m < count; m++) {
            __builtin_memset(messages[m], 0, sizeof messages[m]);
            for (size_t i = 0; i < len; i++)
                messages[m][i] = (uint8_t)(m + 3 * i);
            want[m] = sha256((slice){ messages[m], len });
            messages[m][len] = 0x80;
            put_u64(messages[m] + blocks * SHA256_BLOCK_BYTES - 8, len * 8);
            at[m] = messages[m];
            out[m] =
                len % 2 == 0 ? rets[m] : messages[m] + len % 7; /* may lie inside its message */
        }
        sha256_padded(at, blocks, count, out);
        for (size_t m = 0; m < count; m++)
            assert_memory_equal(out[m], want[m].bytes, SHA256_BYTES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_messages_have_their_known_hashes),
        cmocka_unit_test(every_cut_of_a_message_gives_the_same_hash),
        cmocka_unit_test(the_kernels_agree_at_every_length),
        cmocka_unit_test(many_messages_have_the_hashes_of_each),
        cmocka_unit_test(every_length_is_right_in_every_number_of_lanes),
        cmocka_unit_test(long_messages_have_the_hashes_of_each),
        cmocka_unit_test(many_messages_are_read_up_to_their_end_only),
        cmocka_unit_test(results_may_replace_messages_already_read),
        cmocka_unit_test(padded_messages_have_the_same_hashes),
    };
    return cmocka_run_group_tests_name("base/sha256", tests, find_kernels, NULL);
}
