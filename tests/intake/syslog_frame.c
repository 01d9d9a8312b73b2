/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/syslog_frame.h"

#include <stdio.h>
#include <stdlib.h>
#include "tests/cm.h"

enum { LIMIT = 20, TEXT_CAP = 1000 };

/* All messages of a stream given in pieces: "[one][two!]", ! for one that was cut, then "." for a
 * clean end, "~" for a message that was not complete, "#" for a stream that cannot be read. */
static void read_in_pieces(enum syslog_framing framing, slice stream, size_t piece, char *ret_text)
{
    struct syslog_framer f = syslog_framer_of(framing, LIMIT);
    struct syslog_message m = {};
    uint8_t buffer[LIMIT + SYSLOG_COUNT_DIGITS + 2];
    size_t held = 0, len = 0;
    assert_int_equal(sizeof buffer, syslog_framer_room(LIMIT));
    status s = FAIL(E_SHORT);
    while (stream.len != 0 && s.code == E_SHORT) {
        size_t more = piece < sizeof buffer - held ? piece : sizeof buffer - held;
        if (more > stream.len) more = stream.len;
        assert_true(more != 0);
        bytes_copy(buffer + held, sizeof buffer - held, (slice){ stream.at, more });
        stream = slice_from(stream, more);
        slice input = guarded((slice){ buffer, held + more });
        while ((s = syslog_framer_next(&f, &input, &m)).code == E_OK) {
            len += (size_t)snprintf(ret_text + len, TEXT_CAP - len, "[%.*s%s]", (int)m.bytes.len,
                                    (const char *)m.bytes.at, m.is_cut ? "!" : "");
        }
        held = input.len;
        bytes_copy(buffer, sizeof buffer, input);
    }
    if (s.code == E_SHORT) s = syslog_framer_end(&f, (slice){ buffer, held }, &m);
    if (s.code == E_OK) {
        len += (size_t)snprintf(ret_text + len, TEXT_CAP - len, "[%.*s]", (int)m.bytes.len,
                                (const char *)m.bytes.at);
    }
    snprintf(ret_text + len, TEXT_CAP - len, "%s",
             s.code == E_SHORT    ? "~"
             : s.code == E_SYNTAX ? "#"
                                  : ".");
}

static void streams_are_taken_apart_the_same_in_any_pieces(void **)
{
    static const struct {
        const char *stream, *want;
        enum syslog_framing framing;
    } cases[] = {
        { "", ".", 0 },
        { "<34>one\n<34>two\n", "[<34>one][<34>two].", 0 },
        { "<34>one\r\n\n\r\n<34>two", "[<34>one][<34>two].", 0 },
        { "8 <34>one\n6 <3>two", "[<34>one\n][<3>two].", 0 },
        { "8 <34>one 6 <3>two", "[<34>one ][<3>two].", 0 },
        { "8 <34>one", "~", 0 },
        { "8 <34>one\n6 <3>tw", "[<34>one\n]~", 0 },
        { "8 <34>one\n6", "[<34>one\n]~", 0 },
        { "8 <34>one\nx6 <3>two", "[<34>one\n]#", 0 },
        { "8 <34>one\n0 <3>two", "[<34>one\n]#", 0 },
        { "8 <34>one\n06 <3>two", "[<34>one\n]#", 0 },
        { "8 <34>one\n123456789 <3>", "[<34>one\n]#", 0 },
        { "12 monkeys\n2026-03-01 x\n", "[12 monkeys][2026-03-01 x].", 0 },
        { "123456789012\n", "[123456789012].", 0 },
        { "12", "[12].", 0 },
        { "0 <1>x\n", "[0 <1>x].", 0 },
        { "<1>20 bytes of text.\nx", "[<1>20 bytes of text.][x].", 0 },
        { "<1>21 bytes of text..\nx\n", "[<1>21 bytes of text.!][x].", 0 },
        { "<1>more than 40 bytes of text in one line, cut\nx\n", "[<1>more than 40 byte!][x].", 0 },
        { "<1>more than 20 bytes and no end", "[<1>more than 20 byte!].", 0 },
        { "20 <1>20 bytes of text.6 <3>two", "[<1>20 bytes of text.][<3>two].", 0 },
        { "21 <1>21 bytes of text..6 <3>two", "[<1>21 bytes of text.!][<3>two].", 0 },
        { "45 <1>more than 40 bytes of text in one message 6 <3>two",
          "[<1>more than 40 byte!][<3>two].", 0 },
        { "48 <1>more than 40 bytes of text", "[<1>more than 40 byte!]~", 0 },
        { "<34>one\n", "#", SYSLOG_COUNTED },
        { "3 one", "[one].", SYSLOG_COUNTED },
        { "3 one\n", "[3 one].", SYSLOG_LINES },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const slice stream = slice_text(cases[i].stream);
        for (size_t piece = 1; piece <= LIMIT + SYSLOG_COUNT_DIGITS + 2; piece++) {
            char text[TEXT_CAP] = "";
            read_in_pieces(cases[i].framing, stream, piece, text);
            if (strcmp(text, cases[i].want) != 0) {
                fail_msg("\"%s\" in pieces of %zu: %s, not %s", cases[i].stream, piece, text,
                         cases[i].want);
            }
        }
    }
}

static void nul_ends_a_line_too(void **)
{
    static const uint8_t stream[] = "<1>a\0<2>b\n\0<3>c\r\0";
    char text[TEXT_CAP] = "";
    read_in_pieces(SYSLOG_UNDECIDED, (slice){ stream, sizeof stream - 1 }, 5, text);
    assert_string_equal(text, "[<1>a][<2>b][<3>c].");
}

/* A line of the largest size that comes byte by byte must not be searched from its start each time.
 */
static void the_work_is_linear(void **)
{
    enum { BIG = 8 << 20 };
    uint8_t *bytes = malloc(BIG);
    struct syslog_framer f = syslog_framer_of(SYSLOG_LINES, BIG);
    struct syslog_message m = {};
    assert_non_null(bytes);
    memset(bytes, 'x', BIG);
    for (size_t len = 1; len < BIG; len++) { /* 8 M calls; searching anew would be 32 TB */
        slice input = { bytes, len };
        if (syslog_framer_next(&f, &input, &m).code != E_SHORT) fail();
    }
    assert_int_equal(f.scanned, BIG - 1);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_are_taken_apart_the_same_in_any_pieces),
        cmocka_unit_test(nul_ends_a_line_too),
        cmocka_unit_test(the_work_is_linear),
    };
    return cmocka_run_group_tests_name("intake/syslog_frame", tests, NULL, NULL);
}
