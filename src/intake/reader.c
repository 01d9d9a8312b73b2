/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/reader.h"

#include "base/bytes.h"
#include "base/banned.h"

void reader_advance(struct intake *in, size_t pos)
{
    assert(pos >= in->pos && pos <= in->data.len);
    const uint8_t *at = in->data.at + in->pos;
    const uint8_t *end = in->data.at + pos;
    while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        in->line++;
        at++;
    }
    in->pos = pos;
}

void reader_mark(struct intake *in, size_t pos)
{
    in->record++;
    in->at = (struct intake_position){
        .line = in->line + 1,
        .record = in->record,
        .offset = in->base + pos,
    };
}

enum intake_answer reader_broken(struct intake *in, slice record)
{
    if (record.len > EVENT_BYTES_MAX) record.len = EVENT_BYTES_MAX;
    in->broken = record;
    in->has_broken = record.len > 0;
    return INTAKE_FAULT;
}

slice reader_trim(slice s)
{
    size_t start = 0;
    while (start < s.len && (s.at[start] == ' ' || (s.at[start] >= '\t' && s.at[start] <= '\r'))) {
        start++;
    }
    return slice_from(s, start);
}

slice reader_first_line(slice start)
{
    const uint8_t *newline = start.len == 0 ? NULL : memchr(start.at, '\n', start.len);
    if (newline != NULL) start.len = (size_t)(newline - start.at);
    if (start.len > 0 && start.at[start.len - 1] == '\r') start.len--;
    return start;
}

static bool is_blank(slice line)
{
    return reader_trim(line).len == 0;
}

/* The end of the line that is too long, as far as it is there. */
static void skip_long_line(struct intake *in, const uint8_t *newline)
{
    in->skipping = newline == NULL;
    if (newline != NULL) in->line++;
    in->pos = newline == NULL ? in->data.len : (size_t)(newline - in->data.at) + 1;
}

enum intake_answer reader_line(struct intake *in, slice *ret_line, struct fault *fault)
{
    for (;;) {
        const slice rest = slice_from(in->data, in->pos);
        const uint8_t *newline = rest.len == 0 ? NULL : memchr(rest.at, '\n', rest.len);
        if (in->skipping) {
            skip_long_line(in, newline);
            if (newline == NULL) return in->last ? INTAKE_END : INTAKE_MORE;
            continue;
        }
        if (rest.len == 0 && in->last) return INTAKE_END;
        const size_t len = newline == NULL ? rest.len : (size_t)(newline - rest.at);
        if (len > EVENT_BYTES_MAX) {
            reader_mark(in, in->pos);
            skip_long_line(in, newline);
            ignore(fault_set(fault, FAIL(E_LIMIT), "a line of more than 1 MiB"), "answered");
            return INTAKE_FAULT;
        }
        if (newline == NULL && !in->last) return INTAKE_MORE;
        slice line = { rest.at, len };
        if (len > 0 && line.at[len - 1] == '\r') line.len--;
        if (!is_blank(line)) reader_mark(in, in->pos);
        in->pos += len + (newline != NULL);
        in->line += newline != NULL;
        if (is_blank(line)) continue;
        *ret_line = line;
        return INTAKE_EVENT;
    }
}

static enum intake_answer text_next(struct intake *in, struct fault *fault)
{
    const enum intake_answer answer = reader_line(in, &in->raw, fault);
    in->parsed = false;
    return answer;
}

static bool text_detect(slice, bool)
{
    return true;
}

const struct format intake_text_format = { "text", text_detect, text_next, NULL };
