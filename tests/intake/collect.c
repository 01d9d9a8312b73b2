/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/intake/collect.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/writer.h"
#include "lib/json.h"

enum { OUT_BYTES = 16 * 1024 * 1024 };

static void put_source(struct writer *w, const struct logsource *l)
{
    writer_bytes(w, l->product);
    writer_text(w, "/");
    writer_bytes(w, l->service);
    writer_text(w, "/");
    for (size_t i = 0; i < l->category_count; i++) {
        if (i > 0) writer_text(w, ",");
        writer_bytes(w, l->categories[i]);
    }
    if (l->exact) writer_text(w, "!");
}

static void put_field(struct writer *w, const struct event_field *f)
{
    static const char *const empty[] = {
        [EVENT_NULL] = "null", [EVENT_OBJECT] = "{}", [EVENT_ARRAY] = "[]"
    };
    writer_text(w, " ");
    if (f->flags & EVENT_FIELD_ALIAS) writer_text(w, "~");
    if (f->flags & EVENT_FIELD_SHADOWED) writer_text(w, "-");
    if (f->flags & EVENT_FIELD_LITERAL) writer_text(w, ".");
    if ((f->flags & EVENT_FIELD_DERIVED) && !(f->flags & EVENT_FIELD_ALIAS)) writer_text(w, "^");
    if (f->flags & EVENT_FIELD_CUT) writer_text(w, "<");
    writer_bytes(w, f->name);
    writer_text(w, "=");
    assert_int_equal(f->name_hash, event_name_hash(f->name));
    if (f->type == EVENT_TEXT) {
        writer_text(w, "\"");
        writer_bytes(w, f->text);
        writer_text(w, "\"");
    } else if (f->type == EVENT_NUMBER || f->type == EVENT_BOOL) {
        writer_bytes(w, f->text);
    } else {
        assert_int_equal(f->text.len, 0);
        writer_text(w, empty[f->type]);
    }
}

static void put_event(struct writer *w, const struct event *e)
{
    if (!e->parsed) {
        writer_text(w, "raw ");
        writer_bytes(w, e->raw);
    } else {
        put_source(w, &e->logsource);
        for (size_t i = 0; i < e->field_count; i++)
            put_field(w, &e->fields[i]);
    }
    writer_text(w, "\n");
}

/* Takes what the reader has to say about the data that it was given. */
static enum intake_answer drain(struct intake *in, struct writer *w)
{
    for (;;) {
        struct event event = {};
        struct intake_position at = {};
        struct fault fault = {};
        const enum intake_answer answer = intake_next(in, &event, &at, &fault);
        if (answer >= INTAKE_MORE) return answer;
        writer_printf(w, "%lu:%lu", at.line, at.record);
        if (at.element > 0) writer_printf(w, ".%u", at.element);
        writer_printf(w, "@%lu ", at.offset);
        if (answer == INTAKE_EVENT)
            put_event(w, &event);
        else
            writer_printf(w, "! %s\n", fault.text);
    }
}

/* One for all: nothing may be left from input to input. */
static struct intake *reader(void)
{
    static struct intake *in;
    if (in == NULL) in = intake_new(NULL);
    assert_non_null(in);
    return in;
}

static struct writer out_begin(void)
{
    static uint8_t *out;
    if (out == NULL) out = malloc(OUT_BYTES);
    assert_non_null(out);
    return writer_of(out, OUT_BYTES - 1);
}

static const char *out_end(struct writer *w)
{
    assert_ok(writer_end(w));
    w->at[w->len] = '\0';
    return (const char *)w->at;
}

/* A copy that ends, behind its padding, at an unreadable page. */
static slice padded_copy(slice input)
{
    uint8_t *padded = calloc(1, input.len + JSON_PADDING_BYTES);
    assert_non_null(padded);
    bytes_copy(padded, input.len, input);
    const slice whole = guarded((slice){ padded, input.len + JSON_PADDING_BYTES });
    free(padded);
    return (slice){ whole.at, input.len };
}

const char *collect_in_steps(enum intake_format format, slice input, size_t step)
{
    struct writer w = out_begin();
    struct intake *in = reader();
    const slice whole = padded_copy(input);
    intake_begin(in, format, 2026);
    enum intake_answer answer = INTAKE_MORE;
    for (size_t start = 0, end = 0; answer == INTAKE_MORE;) {
        end = step > input.len - end ? input.len : end + step;
        intake_data(in, (slice){ whole.at + start, end - start }, end == input.len);
        answer = drain(in, &w);
        start += intake_taken(in);
        assert_true(start <= end);
        assert_true(answer == INTAKE_END || end < input.len);
    }
    return out_end(&w);
}

const char *collect_in_pieces(enum intake_format format, slice input, size_t least)
{
    struct writer w = out_begin();
    struct intake_plan plan = {};
    struct intake_position before = {};
    assert_true(intake_plan_of(input, true, format, &plan));
    for (size_t start = 0; start < input.len || start == 0;) {
        size_t end = least > input.len - start ? input.len : start + least;
        size_t cut = 0;
        do {
            cut = intake_cut_at(&plan, start, (slice){ input.at + start, end - start });
        } while (cut == 0 && end++ < input.len);
        if (cut == 0 || start + cut > input.len) cut = input.len - start;
        const slice piece = { input.at + start, cut };
        const slice copy = padded_copy(piece);
        intake_begin_at(reader(), &plan, 2026, &before);
        intake_data(reader(), copy, true);
        assert_int_equal(drain(reader(), &w), INTAKE_END);
        intake_count(&plan, piece, &before);
        start += cut;
        assert_int_equal(before.offset, start);
        if (cut == 0) break;
    }
    return out_end(&w);
}

const char *collect(enum intake_format format, slice input)
{
    return collect_in_steps(format, input, input.len == 0 ? 1 : input.len);
}

const char *collect_text(enum intake_format format, const char *text)
{
    static const size_t steps[] = { 1, 2, 7, 64 };
    char *whole = NULL;
    const slice input = slice_text(text);
    const char *all = collect(format, input);
    const int len = asprintf(&whole, "%s", all);
    assert_true(len >= 0);
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        assert_string_equal(collect_in_steps(format, input, steps[i]), whole);
        assert_string_equal(collect_in_pieces(format, input, steps[i]), whole);
    }
    free(whole);
    return collect(format, input);
}

void assert_collects(enum intake_format format, const char *text, const char *want)
{
    assert_string_equal(collect_text(format, text), want);
}
