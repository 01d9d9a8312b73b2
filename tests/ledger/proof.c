/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/proof.h"
#include <stdio.h>
#include "tests/cm.h"

#define HASH_A "lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=\n"
#define HASH_B "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=\n"
#define NOTE "o\n8\n" HASH_A "\n\xe2\x80\x94 o AAAAAAAA\n"
#define TLOG "c2sp.org/tlog-proof@v1\n"
#define CONS "candor/consistency@v1\n"
#define OLD_ROOT "old 3 XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n"

static void proofs_read_back_as_written(void **)
{
    static const char *const texts[] = {
        TLOG "index 0\n\n" NOTE,
        TLOG "index 18446744073709551615\n" HASH_A HASH_B "\n" NOTE,
        TLOG "extra aGVsbG8=\nindex 5\n" HASH_A "\n" NOTE,
        CONS OLD_ROOT "\n" NOTE,
        CONS OLD_ROOT HASH_A HASH_B "\n" NOTE,
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        uint8_t out[1024];
        struct writer w = writer_of(out, sizeof out);
        struct fault fault = {};
        struct inclusion_proof in = {};
        struct consistency_proof con = {};
        const slice text = guarded(slice_text(texts[i]));
        if (inclusion_proof_parse(text, &in, &fault).code == E_OK) {
            inclusion_proof_write(&w, &in);
            assert_fails(consistency_proof_parse(text, &con, &fault), E_UNKNOWN);
        } else {
            assert_ok(consistency_proof_parse(text, &con, &fault));
            consistency_proof_write(&w, &con);
        }
        assert_true(slice_is(writer_slice(&w), texts[i]));
    }
}

static void malformed_proofs_are_refused_with_their_line(void **)
{
    static const struct {
        const char *text;
        int32_t want;
        const char *why;
    } cases[] = {
        { "", E_UNKNOWN, "line 1" },
        { "c2sp.org/tlog-proof@v2\nindex 0\n\n" NOTE, E_UNKNOWN, "line 1" },
        { TLOG, E_SYNTAX, "line 2" },
        { TLOG "index\n\n" NOTE, E_SYNTAX, "line 2" },
        { TLOG "index 01\n\n" NOTE, E_SYNTAX, "line 2" },
        { TLOG "index 1 \n\n" NOTE, E_SYNTAX, "line 2" },
        { TLOG "index -1\n\n" NOTE, E_SYNTAX, "line 2" },
        { TLOG "index 18446744073709551616\n\n" NOTE, E_SYNTAX, "line 2" },
        { TLOG "extra !!\nindex 1\n\n" NOTE, E_SYNTAX, "line 2" },
        { TLOG "extra aGVsbG8\nindex 1\n\n" NOTE, E_SYNTAX, "line 2" },
        { TLOG "extra aGVsbG8=\n\n" NOTE, E_SYNTAX, "line 3" },
        { TLOG "index 1\nAAAA\n\n" NOTE, E_SYNTAX, "line 3" },
        { TLOG "index 1\n" HASH_A "junk\n\n" NOTE, E_SYNTAX, "line 4" },
        { TLOG "index 1\n" HASH_A, E_SYNTAX, "line 4" },
        { CONS "old 3\n\n" NOTE, E_SYNTAX, "line 2" },
        { CONS "old x " HASH_A "\n" NOTE, E_SYNTAX, "line 2" },
        { CONS "old 3 AAAA\n\n" NOTE, E_SYNTAX, "line 2" },
        { CONS "new 3 " HASH_A "\n" NOTE, E_SYNTAX, "line 2" },
        { CONS OLD_ROOT "AAAA\n\n" NOTE, E_SYNTAX, "line 3" },
        { CONS OLD_ROOT HASH_A, E_SYNTAX, "line 4" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fault fault = {};
        struct inclusion_proof in = { .index = 77 };
        struct consistency_proof con = { .old_size = 77 };
        const slice text = guarded(slice_text(cases[i].text));
        const bool is_consistency = slice_starts(text, slice_text(CONS));
        const status s = is_consistency ? consistency_proof_parse(text, &con, &fault)
                                        : inclusion_proof_parse(text, &in, &fault);
        assert_fails(s, cases[i].want);
        if (strstr(fault.text, cases[i].why) == NULL) fail_msg("case %zu: %s", i, fault.text);
        assert_int_equal(in.index, 77);
        assert_int_equal(con.old_size, 77);
    }
}

static void at_most_63_hashes_and_64_kib_of_extra(void **)
{
    static uint8_t bytes[100 * 1024];
    for (size_t hashes = PROOF_HASHES_MAX; hashes <= PROOF_HASHES_MAX + 1; hashes++) {
        struct inclusion_proof in = {};
        struct fault fault = {};
        struct writer w = writer_of(bytes, sizeof bytes);
        writer_text(&w, TLOG "index 5\n");
        for (size_t i = 0; i < hashes; i++)
            writer_text(&w, HASH_A);
        writer_text(&w, "\n" NOTE);
        const int32_t want = hashes > PROOF_HASHES_MAX ? E_LIMIT : E_OK;
        assert_fails(inclusion_proof_parse(writer_slice(&w), &in, &fault), want);
    }
    static const uint8_t extra[PROOF_EXTRA_BYTES_MAX + 3] = {};
    for (size_t len = PROOF_EXTRA_BYTES_MAX; len <= sizeof extra; len += 3) {
        struct inclusion_proof in = {};
        struct fault fault = {};
        struct writer w = writer_of(bytes, sizeof bytes);
        writer_text(&w, TLOG "extra ");
        writer_base64(&w, (slice){ extra, len });
        writer_text(&w, "\nindex 5\n\n" NOTE);
        assert_ok(writer_end(&w));
        const int32_t want = len > PROOF_EXTRA_BYTES_MAX ? E_LIMIT : E_OK;
        assert_fails(inclusion_proof_parse(writer_slice(&w), &in, &fault), want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(proofs_read_back_as_written),
        cmocka_unit_test(malformed_proofs_are_refused_with_their_line),
        cmocka_unit_test(at_most_63_hashes_and_64_kib_of_extra),
    };
    return cmocka_run_group_tests_name("ledger/proof", tests, NULL, NULL);
}
