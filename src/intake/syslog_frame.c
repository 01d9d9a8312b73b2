/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/syslog_frame.h"

#include <assert.h>
#include "base/bytes.h"
#include "base/banned.h"

struct syslog_framer syslog_framer_of(enum syslog_framing framing, size_t message_max)
{
    assert(message_max != 0);
    return (struct syslog_framer){ .framing = framing, .message_max = message_max };
}

/* "123 " at the start: E_SHORT if it is cut, E_SYNTAX if it is none. The first digit is not zero
 * (RFC 6587 section 3.4.1: MSG-LEN = NONZERO-DIGIT *DIGIT). */
static status read_count(slice input, size_t *ret_count, size_t *ret_len)
{
    size_t count = 0, len = 0;
    while (len < input.len && input.at[len] >= '0' && input.at[len] <= '9') {
        if (len == SYSLOG_COUNT_DIGITS) return FAIL(E_SYNTAX);
        count = 10 * count + (size_t)(input.at[len++] - '0');
        if (count == 0) return FAIL(E_SYNTAX);
    }
    if (len == input.len) return FAIL(E_SHORT);
    if (len == 0 || input.at[len] != ' ') return FAIL(E_SYNTAX);
    *ret_count = count;
    *ret_len = len + 1;
    return OK;
}

/* A line that begins with a number ("2026-03-01 …", "12 monkeys") is none with a count, since a
 * counted message begins with its priority. */
static status decide(struct syslog_framer *f, slice input)
{
    size_t count = 0, len = 0;
    const status s = read_count(input, &count, &len);
    if (s.code == E_SHORT || (s.code == E_OK && len == input.len)) return FAIL(E_SHORT);
    f->framing = s.code == E_OK && input.at[len] == '<' ? SYSLOG_COUNTED : SYSLOG_LINES;
    return OK;
}

static status next_counted(struct syslog_framer *f, slice *input,
                           struct syslog_message *ret_message)
{
    const size_t skip = f->skip < input->len ? f->skip : input->len;
    f->skip -= skip;
    *input = slice_from(*input, skip);
    size_t count = 0, len = 0;
    TRY(read_count(*input, &count, &len));
    const size_t taken = count < f->message_max ? count : f->message_max;
    if (taken > input->len - len) return FAIL(E_SHORT);
    *ret_message = (struct syslog_message){ { input->at + len, taken }, taken < count };
    *input = slice_from(*input, len + taken);
    f->skip = count - taken;
    return OK;
}

/* The first end of a line from that position on; input.len if there is none. */
static size_t line_end(slice input, size_t from)
{
    const uint8_t *feed = memchr(input.at + from, '\n', input.len - from);
    const size_t end = feed == NULL ? input.len : (size_t)(feed - input.at);
    const uint8_t *nul = memchr(input.at + from, '\0', end - from);
    return nul == NULL ? end : (size_t)(nul - input.at);
}

static slice without_return(slice line)
{
    if (line.len != 0 && line.at[line.len - 1] == '\r') line.len--;
    return line;
}

static status next_line(struct syslog_framer *f, slice *input, struct syslog_message *ret_message)
{
    for (;;) {
        const size_t end = line_end(*input, f->scanned);
        const bool is_open = end == input->len;
        f->scanned = end;
        if (f->skips_line) {
            *input = slice_from(*input, is_open ? end : end + 1);
            f->scanned = 0;
            f->skips_line = is_open;
            if (is_open) return FAIL(E_SHORT);
            continue;
        }
        if (end > f->message_max) {
            *ret_message = (struct syslog_message){ { input->at, f->message_max }, true };
            *input = slice_from(*input, f->message_max);
            f->scanned = end - f->message_max;
            f->skips_line = true;
            return OK;
        }
        if (is_open) return FAIL(E_SHORT);
        const slice line = without_return((slice){ input->at, end });
        *input = slice_from(*input, end + 1);
        f->scanned = 0;
        if (line.len == 0) continue;
        *ret_message = (struct syslog_message){ line, false };
        return OK;
    }
}

status syslog_framer_next(struct syslog_framer *f, slice *input, struct syslog_message *ret_message)
{
    if (f->framing == SYSLOG_UNDECIDED) TRY(decide(f, *input));
    if (f->framing == SYSLOG_COUNTED) return next_counted(f, input, ret_message);
    return next_line(f, input, ret_message);
}

status syslog_framer_end(const struct syslog_framer *f, slice input,
                         struct syslog_message *ret_message)
{
    if (f->framing == SYSLOG_COUNTED) {
        return input.len == 0 && f->skip == 0 ? FAIL(E_NOT_FOUND) : FAIL(E_SHORT);
    }
    const slice line = without_return(input);
    if (line.len == 0 || f->skips_line) return FAIL(E_NOT_FOUND);
    *ret_message = (struct syslog_message){ line, false };
    return OK;
}
