/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/protocol/hec.h"

#include <string.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "base/timestamp.h"
#include "intake/protocol/members.h"
#include "base/banned.h"

/* The members of an envelope as they stand in the body; empty: not there, or null. */
enum envelope_member { TIME, HOST, SOURCE, SOURCETYPE, INDEX, EVENT, FIELDS, MEMBER_COUNT };

static const char *const member_names[MEMBER_COUNT] = {
    [TIME] = "time",   [HOST] = "host",   [SOURCE] = "source", [SOURCETYPE] = "sourcetype",
    [INDEX] = "index", [EVENT] = "event", [FIELDS] = "fields",
};

struct envelope {
    slice members[MEMBER_COUNT];
};

struct hec hec_of(struct protocol_scratch *scratch)
{
    return (struct hec){
        .scratch = scratch,
        .host = slice_none(),
        .source = slice_none(),
        .sourcetype = slice_none(),
        .index = slice_none(),
    };
}

status hec_take_time(struct hec *h, slice text)
{
    TRY(timestamp_parse_epoch(text, &h->time_ns));
    h->has_time = true;
    return OK;
}

/* The envelope that starts at *pos, which moves behind it. */
static status read_envelope(slice body, size_t *pos, struct envelope *ret, struct fault *fault)
{
    if (body.at[*pos] != '{') {
        return fault_set(fault, FAIL(E_SYNTAX), "an event must be a JSON object, at byte %zu",
                         *pos);
    }
    struct members m = members_of(body, *pos);
    slice key = {};
    slice value = {};
    for (size_t i = 0; i < MEMBER_COUNT; i++)
        ret->members[i] = slice_none();
    while (members_next(&m, &key, &value)) {
        size_t i = 0;
        while (i < MEMBER_COUNT && !slice_is(key, member_names[i]))
            i++;
        if (i == MEMBER_COUNT) continue; /* Splunk ignores what it does not know */
        if (ret->members[i].len != 0) {
            return fault_set(fault, FAIL(E_DUPLICATE), "\"%s\" is there twice, at byte %zu",
                             member_names[i], (size_t)(value.at - body.at));
        }
        ret->members[i] = slice_is(value, "null") ? slice_none() : value;
    }
    *pos = m.pos;
    if (m.status.code == E_OK) return OK;
    return fault_set(fault, m.status, "the event is broken at byte %zu: %s", m.pos, m.what);
}

/* What the envelope says, or else what the query string said. */
static status read_hint(struct hec *h, const struct envelope *e, enum envelope_member member,
                        slice *ret, struct fault *fault)
{
    const slice value = e->members[member];
    if (value.len == 0) return OK;
    const struct scratch_text text = { value, member_names[member], PROTOCOL_HINT_BYTES_MAX };
    return scratch_string(h->scratch, &text, ret, fault);
}

/* Seconds since 1970 with or without a fraction, as a number or as a string. */
static status read_time(slice value, struct submission *event, struct fault *fault)
{
    if (value.len == 0) return OK;
    slice text = value;
    if (text.at[0] == '"') text = (slice){ value.at + 1, value.len - 2 };
    const status s = timestamp_parse_epoch(text, &event->time_ns);
    event->has_time = s.code == E_OK;
    if (s.code == E_OK) return OK;
    return fault_set(fault, s, "\"time\" must be seconds since 1970, such as 1700000000.123");
}

/* What the envelope says beside the event, as the last member of the raw. */
static void write_extras(struct writer *w, const struct envelope *e)
{
    static const enum envelope_member kept[] = { HOST, SOURCE, SOURCETYPE, FIELDS };
    const char *before = "\"hec\":{\"";
    for (size_t i = 0; i < COUNT_OF(kept); i++) {
        if (e->members[kept[i]].len == 0) continue;
        writer_text(w, before);
        writer_text(w, member_names[kept[i]]);
        writer_text(w, "\":");
        writer_bytes(w, e->members[kept[i]]);
        before = ",\"";
    }
    writer_u8(w, '}');
}

static bool has_extras(const struct envelope *e)
{
    return e->members[HOST].len + e->members[SOURCE].len + e->members[SOURCETYPE].len +
               e->members[FIELDS].len !=
           0;
}

static status too_long(struct fault *fault)
{
    return fault_set(fault, FAIL(E_LIMIT), "the event is longer than %d bytes",
                     PROTOCOL_EVENT_BYTES_MAX);
}

/* {…} becomes {…,"hec":{…}}. */
static status build_object(struct hec *h, const struct envelope *e, slice head, slice *ret_raw,
                           struct fault *fault)
{
    if (head.at[head.len - 1] != '}') {
        return fault_set(fault, FAIL(E_SYNTAX), "\"event\" is broken: '}' is expected");
    }
    *ret_raw = head;
    if (!has_extras(e)) return OK;
    struct writer w = writer_of(h->scratch->room, PROTOCOL_EVENT_BYTES_MAX);
    head.len--;
    const bool is_empty = members_blank(head, 1) == head.len;
    writer_bytes(&w, head);
    if (!is_empty) writer_u8(&w, ',');
    write_extras(&w, e);
    writer_u8(&w, '}');
    *ret_raw = writer_slice(&w);
    return writer_end(&w).code == E_OK ? OK : too_long(fault);
}

static void write_string(struct writer *w, slice text)
{
    struct json_writer j = json_writer_of(w);
    json_string(&j, text);
}

/* A value that is no object becomes {"event":…,"hec":{…}}; line: it is this text. */
static status build_value(struct hec *h, const struct envelope *e, slice line, slice *ret_raw,
                          struct fault *fault)
{
    struct writer w = writer_of(h->scratch->room, PROTOCOL_EVENT_BYTES_MAX);
    writer_text(&w, "{\"event\":");
    if (e->members[EVENT].len != 0)
        writer_bytes(&w, e->members[EVENT]);
    else
        write_string(&w, line);
    if (has_extras(e)) {
        writer_u8(&w, ',');
        write_extras(&w, e);
    }
    writer_u8(&w, '}');
    *ret_raw = writer_slice(&w);
    return writer_end(&w).code == E_OK ? OK : too_long(fault);
}

/* A string of one line is that line. What the envelope says is added where the line has a place
 * for it; lines of syslog and audit say themselves where they are from. */
static status build_line(struct hec *h, const struct envelope *e, slice line,
                         struct submission *event, struct fault *fault)
{
    event->format = protocol_line_format(line);
    if (event->format == INTAKE_JSON) return build_object(h, e, line, &event->raw, fault);
    if (event->format == INTAKE_TEXT && has_extras(e)) {
        event->format = INTAKE_JSON;
        return build_value(h, e, line, &event->raw, fault);
    }
    event->raw = line;
    return OK;
}

static status build_text(struct hec *h, const struct envelope *e, struct submission *event,
                         struct fault *fault)
{
    struct json_document d = {};
    const status s = json_parse_padded(h->scratch->json, e->members[EVENT], &d, fault);
    if (s.code != E_OK) return fault_within(fault, s, "\"event\"");
    const slice text = d.nodes[0].text;
    if (text.len == 0) {
        h->code = HEC_EVENT_BLANK;
        return fault_set(fault, FAIL(E_VALUE), "\"event\" is blank");
    }
    const bool is_line = memchr(text.at, '\n', text.len) == NULL && members_blank(text, 0) == 0;
    return is_line ? build_line(h, e, text, event, fault)
                   : build_value(h, e, slice_none(), &event->raw, fault);
}

/* What the envelope does not say, as the query string says it. */
static status fill_from_query(struct hec *h, struct envelope *e, struct fault *fault)
{
    enum { QUOTED_BYTES_MAX = 6 * PROTOCOL_HINT_BYTES_MAX + 2 };
    const slice said[MEMBER_COUNT] = {
        [HOST] = h->host, [SOURCE] = h->source, [SOURCETYPE] = h->sourcetype
    };
    for (size_t i = HOST; i <= SOURCETYPE; i++) {
        if (e->members[i].len != 0 || said[i].len == 0) continue;
        uint8_t *room = arena_take(&h->scratch->arena, QUOTED_BYTES_MAX);
        if (room == NULL) return fault_set(fault, FAIL(E_NOMEM), "out of memory");
        struct writer w = writer_of(room, QUOTED_BYTES_MAX);
        write_string(&w, said[i]);
        TRY(writer_end(&w));
        e->members[i] = writer_slice(&w);
    }
    return OK;
}

/* Indexed fields are names and plain values, as Splunk has it. */
static bool are_fields(slice value)
{
    struct members m = members_of(value, 0);
    slice key = {};
    slice one = {};
    if (value.at[0] != '{') return false;
    while (members_next(&m, &key, &one)) {
        if (one.at[0] == '{') return false;
    }
    return m.status.code == E_OK;
}

static status build_event(struct hec *h, struct envelope *e, struct submission *event,
                          struct fault *fault)
{
    const slice value = e->members[EVENT];
    if (value.len == 0) {
        h->code = HEC_EVENT_REQUIRED;
        return fault_set(fault, FAIL(E_VALUE), "\"event\" is missing");
    }
    if (e->members[FIELDS].len != 0 && !are_fields(e->members[FIELDS])) {
        h->code = HEC_FIELDS_ERROR;
        return fault_set(fault, FAIL(E_VALUE),
                         "\"fields\" must be an object without objects in it");
    }
    TRY(read_time(e->members[TIME], event, fault));
    TRY(read_hint(h, e, HOST, &event->host, fault));
    TRY(read_hint(h, e, SOURCE, &event->source, fault));
    TRY(read_hint(h, e, SOURCETYPE, &event->sourcetype, fault));
    TRY(read_hint(h, e, INDEX, &event->index, fault));
    TRY(fill_from_query(h, e, fault));
    if (value.at[0] == '"') return build_text(h, e, event, fault);
    return value.at[0] == '{' ? build_object(h, e, value, &event->raw, fault)
                              : build_value(h, e, slice_none(), &event->raw, fault);
}

static struct submission event_of(const struct hec *h, struct protocol_place place)
{
    return (struct submission){
        .place = place,
        .raw = slice_none(),
        .format = INTAKE_JSON,
        .has_time = h->has_time,
        .time_ns = h->time_ns,
        .id = slice_none(),
        .host = h->host,
        .source = h->source,
        .sourcetype = h->sourcetype,
        .index = h->index,
    };
}

/* Reads the envelope at *pos and offers its event. */
static status next_event(struct hec *h, slice body, size_t *pos, struct submission *event,
                         struct fault *fault)
{
    struct envelope e = {};
    arena_reset(&h->scratch->arena);
    TRY(read_envelope(body, pos, &e, fault));
    TRY(build_event(h, &e, event, fault));
    return event->raw.len > PROTOCOL_EVENT_BYTES_MAX ? too_long(fault) : OK;
}

static status no_data(struct hec *h, struct fault *fault)
{
    h->code = HEC_NO_DATA;
    return fault_set(fault, FAIL(E_SYNTAX), "the request has no event");
}

status hec_read_event(struct hec *h, slice body, const struct protocol_sink *sink,
                      struct fault *fault)
{
    struct protocol_place place = { .line = 1 };
    h->code = HEC_SUCCESS;
    h->has_invalid = false;
    size_t pos = members_blank(body, 0);
    if (pos == body.len) return no_data(h, fault);
    for (; pos < body.len; pos = members_blank(body, pos)) {
        struct submission event = event_of(h, place);
        status s = next_event(h, body, &pos, &event, fault);
        if (s.code == E_OK) s = sink->take(sink->self, &event, fault);
        if (protocol_refuses(s)) {
            sink->refuse(sink->self, place, fault);
            if (h->code == HEC_SUCCESS) h->code = HEC_INVALID_DATA;
            h->has_invalid = true;
            h->invalid_number = place.number;
        }
        if (s.code != E_OK) return s;
        place.number++;
        place.line++;
    }
    return OK;
}

/* A line as it is, or with what the query string says of it. */
static status build_raw(struct hec *h, slice line, struct submission *event, struct fault *fault)
{
    struct envelope e = {};
    for (size_t i = 0; i < MEMBER_COUNT; i++)
        e.members[i] = slice_none();
    arena_reset(&h->scratch->arena);
    TRY(fill_from_query(h, &e, fault));
    event->raw = line;
    event->format = protocol_line_format(line);
    if (!has_extras(&e) || line.len > PROTOCOL_EVENT_BYTES_MAX) return OK;
    if (event->format != INTAKE_JSON) return build_line(h, &e, line, event, fault);
    if (line.at[0] == '{' && line.at[line.len - 1] == '}')
        return build_object(h, &e, line, &event->raw, fault);
    return build_value(h, &e, line, &event->raw, fault);
}

status hec_read_raw(struct hec *h, slice body, const struct protocol_sink *sink,
                    struct fault *fault)
{
    struct protocol_place place = {};
    h->code = HEC_SUCCESS;
    h->has_invalid = false;
    for (size_t pos = 0; pos < body.len;) {
        const uint8_t *at = body.at + pos;
        const uint8_t *end = memchr(at, '\n', body.len - pos);
        slice line = { at, end == NULL ? body.len - pos : (size_t)(end - at) };
        pos += line.len + (end != NULL);
        place.line++;
        if (line.len > 0 && line.at[line.len - 1] == '\r') line.len--;
        if (members_blank(line, 0) == line.len) continue;
        struct submission event = event_of(h, place);
        const status s = build_raw(h, line, &event, fault);
        if (protocol_refuses(s)) sink->refuse(sink->self, place, fault);
        if (s.code == E_OK) TRY(protocol_take(sink, &event, fault));
        if (s.code != E_OK && !protocol_refuses(s)) return s;
        place.number++;
    }
    return place.number == 0 ? no_data(h, fault) : OK;
}
