/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Syslog lines: RFC 5424, RFC 3164, and both without their priority as files have them.
 *
 *     <34>1 2003-10-11T22:14:15.003Z host app 1234 ID47 [sd@1 a="b"] message       RFC 5424
 *     <34>Oct 11 22:14:15 host su[230]: message                                    RFC 3164
 *     2003-10-11T22:14:15.003+02:00 host su[230]: message                          rsyslog's files
 *
 * Fields: facility, severity, timestamp, hostname, app_name, proc_id, msg_id, message, and
 * structured_data.ID.PARAM. A line that is none of these is an event with the field message.
 */
#include "base/bytes.h"
#include "base/num.h"
#include "base/timestamp.h"
#include "intake/program.h"
#include "intake/reader.h"
#include "base/banned.h"

enum { PRIORITY_MAX = 191, PARAMS_MAX = 256 };

static bool take_word(slice *s, slice *ret_word)
{
    const uint8_t *space = s->len == 0 ? NULL : memchr(s->at, ' ', s->len);
    if (space == NULL) return false;
    *ret_word = (slice){ s->at, (size_t)(space - s->at) };
    *s = slice_from(*s, ret_word->len + 1);
    return true;
}

/*= RFC 5424 6.2.1 The number contained within these angle brackets is known as the Priority value
 */
static bool take_priority(slice *s, uint64_t *ret_priority)
{
    size_t len = 1;
    if (s->len < 3 || s->at[0] != '<') return false;
    while (len < s->len && len < 4 && s->at[len] >= '0' && s->at[len] <= '9')
        len++;
    if (len == s->len || s->at[len] != '>') return false;
    if (num_parse_u64((slice){ s->at + 1, len - 1 }, ret_priority).code != E_OK) return false;
    if (*ret_priority > PRIORITY_MAX) return false;
    *s = slice_from(*s, len + 1);
    return true;
}

static unsigned month_of(slice s)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (unsigned m = 0; m < 12 && s.len >= 3; m++) {
        if (bytes_equal(s.at, names + 3 * (size_t)m, 3)) return m + 1;
    }
    return 0;
}

static bool digits_at(slice s, size_t at, uint8_t *ret_value)
{
    const uint8_t tens = s.at[at] == ' ' ? '0' : s.at[at];
    const uint8_t ones = s.at[at + 1];
    if (tens < '0' || tens > '9' || ones < '0' || ones > '9') return false;
    *ret_value = (uint8_t)((tens - '0') * 10 + ones - '0');
    return true;
}

/* "Oct 11 22:14:15 " or "Oct  1 …": 16 bytes. */
static bool take_bsd_time(slice *s, int32_t year, struct civil *ret_time)
{
    enum { BSD_TIME = 16 };
    struct civil c = { .year = year, .month = 0 };
    if (s->len < BSD_TIME || s->at[3] != ' ' || s->at[6] != ' ') return false;
    if (s->at[9] != ':' || s->at[12] != ':' || s->at[15] != ' ') return false;
    c.month = (uint8_t)month_of(*s);
    if (c.month == 0 || !digits_at(*s, 4, &c.day) || !digits_at(*s, 7, &c.hour)) return false;
    if (!digits_at(*s, 10, &c.minute) || !digits_at(*s, 13, &c.second)) return false;
    *ret_time = c;
    *s = slice_from(*s, BSD_TIME);
    return true;
}

static bool take_iso_time(slice *s, slice *ret_time)
{
    int64_t ns = 0;
    slice rest = *s;
    if (!take_word(&rest, ret_time) || timestamp_parse_iso(*ret_time, &ns).code != E_OK) {
        return false;
    }
    *s = rest;
    return true;
}

static void add_time(struct build *b, const struct civil *time)
{
    int64_t ns = 0;
    if (timestamp_from_civil(time, &ns).code != E_OK) return;
    uint8_t *room = build_room(b, TIMESTAMP_BYTES_MAX);
    if (room == NULL) return;
    const size_t len = timestamp_write(ns, room);
    build_keep(b, room, len);
    build_text(b, "timestamp", (slice){ room, len });
}

static void add_unless_nil(struct build *b, const char *name, slice value)
{
    if (value.len > 0 && !slice_is(value, "-")) build_text(b, name, value);
}

/* A quoted parameter value at the front of *s, its escapes undone. */
static bool take_param_value(struct build *b, slice *s, slice *ret_value)
{
    size_t end = 1;
    bool escaped = false;
    if (s->len == 0 || s->at[0] != '"') return false;
    while (end < s->len && s->at[end] != '"') {
        escaped = escaped || s->at[end] == '\\';
        end += s->at[end] == '\\' ? 2 : 1;
    }
    if (end >= s->len) return false;
    *ret_value = (slice){ s->at + 1, end - 1 };
    *s = slice_from(*s, end + 1);
    uint8_t *room = escaped ? build_room(b, ret_value->len) : NULL;
    if (room == NULL) return true;
    size_t len = 0;
    for (size_t i = 0; i < ret_value->len; i++) {
        const uint8_t next = i + 1 < ret_value->len ? ret_value->at[i + 1] : 0;
        /*= RFC 5424 6.3.3 the characters '"', '\' and ']' MUST be escaped */
        if (ret_value->at[i] == '\\' && (next == '"' || next == '\\' || next == ']')) i++;
        room[len++] = ret_value->at[i];
    }
    build_keep(b, room, len);
    *ret_value = (slice){ room, len };
    return true;
}

/* One [ID NAME="VALUE" …] at the front of *s. */
static bool take_element(struct build *b, slice *s)
{
    size_t end = 1;
    while (end < s->len && s->at[end] != ' ' && s->at[end] != ']')
        end++;
    const slice id = { s->at + 1, end - 1 };
    const slice prefix = build_join(b, slice_text("structured_data"), ".", id);
    *s = slice_from(*s, end);
    for (size_t i = 0; i < PARAMS_MAX && s->len > 0 && s->at[0] == ' '; i++) {
        *s = slice_from(*s, 1);
        const uint8_t *equals = s->len == 0 ? NULL : memchr(s->at, '=', s->len);
        if (equals == NULL) return false;
        const slice name = { s->at, (size_t)(equals - s->at) };
        slice value = slice_none();
        *s = slice_from(*s, name.len + 1);
        if (!take_param_value(b, s, &value)) return false;
        build_add(b, build_join(b, prefix, ".", name), value, EVENT_TEXT, 0);
    }
    if (s->len == 0 || s->at[0] != ']') return false;
    *s = slice_from(*s, 1);
    return true;
}

/* Behind "<PRI>1 ". False if it is not RFC 5424 after all; fields may have been added. */
static bool take_5424(struct build *b, slice s)
{
    static const char *const names[] = { "timestamp", "hostname", "app_name", "proc_id", "msg_id" };
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        slice word = slice_none();
        if (!take_word(&s, &word)) return false;
        add_unless_nil(b, names[i], word);
    }
    if (s.len > 0 && s.at[0] == '-') {
        s = slice_from(s, 1);
    } else {
        while (s.len > 0 && s.at[0] == '[') {
            if (!take_element(b, &s)) return false;
        }
    }
    if (s.len > 0 && s.at[0] == ' ') s = slice_from(s, 1);
    if (slice_starts(s, slice_text("\xef\xbb\xbf"))) s = slice_from(s, 3);
    if (s.len > 0) build_text(b, "message", s);
    return true;
}

/* "su[230]: message" or "su: message". */
static void add_tag(struct build *b, slice s)
{
    size_t end = 0;
    while (end < s.len && end < 128 && s.at[end] != ':' && s.at[end] != '[' && s.at[end] != ' ')
        end++;
    const slice app = { s.at, end };
    slice rest = slice_from(s, end);
    slice pid = slice_none();
    if (rest.len > 0 && rest.at[0] == '[') {
        const uint8_t *close = memchr(rest.at, ']', rest.len);
        if (close != NULL) {
            pid = (slice){ rest.at + 1, (size_t)(close - rest.at) - 1 };
            rest = slice_from(rest, pid.len + 2);
        }
    }
    const bool tagged = app.len > 0 && rest.len > 0 && rest.at[0] == ':';
    if (!tagged) {
        build_text(b, "message", s);
        return;
    }
    build_text(b, "app_name", app);
    if (pid.len > 0) build_text(b, "proc_id", pid);
    rest = slice_from(rest, 1);
    if (rest.len > 0 && rest.at[0] == ' ') rest = slice_from(rest, 1);
    build_text(b, "message", rest);
}

/* Behind the priority: a time, a host and a tag. False if it does not start with a time. */
static bool take_3164(struct build *b, slice s, int32_t year)
{
    struct civil time = {};
    slice text = slice_none();
    slice host = slice_none();
    if (take_bsd_time(&s, year, &time)) {
        add_time(b, &time);
    } else if (take_iso_time(&s, &text)) {
        build_text(b, "timestamp", text);
    } else {
        return false;
    }
    if (take_word(&s, &host)) build_text(b, "hostname", host);
    add_tag(b, s);
    return true;
}

static void add_priority(struct build *b, uint64_t priority)
{
    build_u64(b, slice_text("facility"), priority / 8);
    build_u64(b, slice_text("severity"), priority % 8);
}

static void add_line(struct build *b, slice line, int32_t year)
{
    uint64_t priority = 0;
    slice s = line;
    const bool prioritised = take_priority(&s, &priority);
    if (prioritised) add_priority(b, priority);
    const size_t before = b->count;
    if (prioritised && slice_starts(s, slice_text("1 "))) {
        if (take_5424(b, slice_from(s, 2))) return;
        b->count = before;
    }
    if (take_3164(b, s, year)) return;
    build_text(b, "message", s);
}

static bool syslog_detect(slice start, bool)
{
    slice s = reader_first_line(reader_trim(start));
    uint64_t priority = 0;
    struct civil time = {};
    slice text = slice_none();
    if (take_priority(&s, &priority)) return true;
    return take_bsd_time(&s, 2000, &time) || take_iso_time(&s, &text);
}

static enum intake_answer syslog_next(struct intake *in, struct fault *fault)
{
    const enum intake_answer answer = reader_line(in, &in->raw, fault);
    if (answer != INTAKE_EVENT) return answer;
    add_line(&in->build, in->raw, in->year);
    const struct event_field *app = build_find(&in->build, "app_name");
    if (app != NULL) in->stated = program_logsource(app->text);
    in->parsed = true;
    return INTAKE_EVENT;
}

const struct format intake_syslog_format = { "syslog", syslog_detect, syslog_next, NULL };
