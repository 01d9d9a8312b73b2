/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/protocol/ndjson.h"

#include <string.h>
#include "base/bytes.h"
#include "intake/protocol/members.h"
#include "base/banned.h"

/* Takes one line or element, or refuses what cannot be an object. */
static status take_object(const struct protocol_sink *sink, struct protocol_place place, slice raw,
                          struct fault *fault)
{
    if (raw.at[0] != '{') {
        ignore(fault_set(fault, FAIL(E_SYNTAX), "an event must be a JSON object"), "for refuse");
        sink->refuse(sink->self, place, fault);
        return OK;
    }
    const struct submission event = {
        .place = place,
        .raw = raw,
        .format = INTAKE_JSON,
        .id = slice_none(),
        .host = slice_none(),
        .source = slice_none(),
        .sourcetype = slice_none(),
        .index = slice_none(),
    };
    return protocol_take(sink, &event, fault);
}

/* Without the white space around it. */
static slice trimmed(slice line)
{
    line = slice_from(line, members_blank(line, 0));
    while (line.len > 0 && members_blank(line, line.len - 1) == line.len)
        line.len--;
    return line;
}

static status read_lines(slice body, const struct protocol_sink *sink, struct fault *fault)
{
    struct protocol_place place = {};
    for (size_t pos = 0; pos < body.len;) {
        const uint8_t *at = body.at + pos;
        const uint8_t *end = memchr(at, '\n', body.len - pos);
        const size_t len = end == NULL ? body.len - pos : (size_t)(end - at);
        const slice line = trimmed((slice){ at, len });
        pos += end == NULL ? len : len + 1;
        place.line++;
        if (line.len == 0) continue;
        TRY(take_object(sink, place, line, fault));
        place.number++;
    }
    return OK;
}

/* Counts the line ends from *pos to end. */
static uint64_t lines_until(slice body, size_t *pos, size_t end)
{
    uint64_t count = 0;
    for (; *pos < end; (*pos)++)
        count += body.at[*pos] == '\n';
    return count;
}

static status read_array(slice body, size_t start, const struct protocol_sink *sink,
                         struct fault *fault)
{
    struct members m = members_of(body, start);
    struct protocol_place place = { .line = 1 };
    slice key = {};
    slice value = {};
    size_t counted = 0;
    while (members_next(&m, &key, &value)) {
        place.line += lines_until(body, &counted, (size_t)(value.at - body.at));
        TRY(take_object(sink, place, value, fault));
        place.number++;
    }
    if (m.status.code != E_OK) {
        return fault_set(fault, m.status, "the array of events is broken at byte %zu: %s", m.pos,
                         m.what);
    }
    const size_t behind = members_blank(body, m.pos);
    if (behind == body.len) return OK;
    return fault_set(fault, FAIL(E_SYNTAX), "something follows the array of events at byte %zu",
                     behind);
}

status ndjson_read(slice body, const struct protocol_sink *sink, struct fault *fault)
{
    const size_t start = members_blank(body, 0);
    if (start < body.len && body.at[start] == '[') return read_array(body, start, sink, fault);
    return read_lines(body, sink, fault);
}

static void write_rejections(struct json_writer *j, const struct protocol_result *r)
{
    json_key(j, "rejected");
    json_array(j);
    for (size_t i = 0; i < result_named(r); i++) {
        json_object(j);
        json_member_u64(j, "line", r->rejections[i].place.line);
        json_member_text(j, "error", r->rejections[i].error);
        json_object_end(j);
    }
    json_array_end(j);
    if (result_unnamed(r) > 0) json_member_u64(j, "rejected_unnamed", result_unnamed(r));
}

struct protocol_answer ndjson_answer(const struct protocol_result *r, struct writer *out)
{
    struct protocol_answer answer = protocol_answer_of(r->status);
    if (r->status.code == E_OK && r->accepted == 0 && r->rejected > 0) answer.http_status = 400;
    struct json_writer j = json_writer_of(out);
    json_object(&j);
    json_member_u64(&j, "accepted", r->accepted);
    if (r->has_indices) {
        json_member_u64(&j, "first_index", r->first_index);
        json_member_u64(&j, "last_index", r->last_index);
    }
    write_rejections(&j, r);
    if (r->status.code != E_OK) json_member_text(&j, "error", r->fault.text);
    json_object_end(&j);
    return answer;
}
