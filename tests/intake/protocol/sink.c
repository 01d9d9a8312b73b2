/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/intake/protocol/sink.h"

#include <stdio.h>
#include <stdlib.h>
#include "lib/json.h"

enum { SINK_TEXT_CAP = 4 * 1024 * 1024 };

struct sink *sink_new(void)
{
    struct sink *s = test_keep(sizeof *s);
    s->text = test_keep(SINK_TEXT_CAP);
    s->stop_at = UINT64_MAX;
    s->refuse_at = UINT64_MAX;
    result_begin(&s->result, s->outcomes, sizeof s->outcomes);
    return s;
}

__attribute__((format(printf, 2, 3))) static void say(struct sink *s, const char *format, ...)
{
    va_list args;
    if (s->quiet) return;
    va_start(args, format);
    const int len = vsnprintf(s->text + s->len, SINK_TEXT_CAP - s->len, format, args);
    va_end(args);
    assert_true(len >= 0 && (size_t)len < SINK_TEXT_CAP - s->len);
    s->len += (size_t)len;
}

static void say_slice(struct sink *s, const char *name, slice text)
{
    if (text.len != 0) say(s, " %s=%.*s", name, (int)text.len, (const char *)text.at);
}

static status sink_take(void *self, const struct submission *e, struct fault *fault)
{
    struct sink *s = self;
    const char *format = intake_format_name(e->format);
    if (e->place.number == s->stop_at) {
        return fault_set(fault, FAIL(E_BUSY), "the queue is full");
    }
    if (e->place.number == s->refuse_at) {
        return fault_set(fault, FAIL(E_VALUE), "refused by the sink");
    }
    say(s, "%llu:%llu %s", (unsigned long long)e->place.number, (unsigned long long)e->place.line,
        format);
    if (e->has_time) say(s, " @%lld", (long long)e->time_ns);
    say_slice(s, "id", e->id);
    say_slice(s, "host", e->host);
    say_slice(s, "source", e->source);
    say_slice(s, "sourcetype", e->sourcetype);
    say_slice(s, "index", e->index);
    say(s, " %.*s\n", (int)e->raw.len, (const char *)e->raw.at);
    s->taken++;
    result_accept(&s->result, e->place, false);
    return OK;
}

static void sink_refuse(void *self, struct protocol_place place, const struct fault *why)
{
    struct sink *s = self;
    say(s, "%llu:%llu ! %s\n", (unsigned long long)place.number, (unsigned long long)place.line,
        why->text);
    result_refuse(&s->result, place, why);
}

struct protocol_sink sink_of(struct sink *s)
{
    return (struct protocol_sink){ .self = s, .take = sink_take, .refuse = sink_refuse };
}

slice padded(slice body)
{
    uint8_t *copy = malloc(body.len + JSON_PADDING_BYTES);
    assert_non_null(copy);
    bytes_copy(copy, body.len, body);
    memset(copy + body.len, '"', JSON_PADDING_BYTES); /* what stands there must not matter */
    slice whole = guarded((slice){ copy, body.len + JSON_PADDING_BYTES });
    free(copy);
    whole.len = body.len;
    return whole;
}

slice padded_text(const char *body)
{
    return padded(slice_text(body));
}

const char *answer_text(const struct writer *w)
{
    assert_ok(writer_end(w));
    char *text = test_keep(w->len + 1);
    bytes_copy(text, w->len, writer_slice(w));
    return text;
}
