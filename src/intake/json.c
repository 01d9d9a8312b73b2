/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON in any of the ways in which events come: one a line, in an array, in an array that is a
 * member of an object ({"Records":[…]}), one behind the other, pretty-printed or not.
 *
 * JSON_LINES is the fast way: a line is a document. JSON_VALUES finds the end of each value first.
 */
#include "base/bytes.h"
#include "intake/json_scan.h"
#include "intake/reader.h"
#include "base/banned.h"

static bool json_detect(slice start, bool)
{
    const slice s = reader_trim(start);
    if (s.len == 0 || (s.at[0] != '{' && s.at[0] != '[')) return false;
    const slice inside = reader_trim(slice_from(s, 1));
    if (inside.len == 0) return true;
    const uint8_t c = inside.at[0];
    if (s.at[0] == '{') return c == '"' || c == '}';
    return c == '{' || c == ']' || c == '[';
}

bool json_is_lines(slice start)
{
    slice s = reader_trim(start);
    bool wrapped = false;
    size_t end = 0;
    if (s.len > INTAKE_DETECT_BYTES) s.len = INTAKE_DETECT_BYTES; /* however much is there yet */
    if (s.len == 0) return true;                                  /* nothing there to tell from */
    if (s.at[0] != '{') return false;
    const slice line = reader_first_line(s);
    const status scanned = json_scan_wrapper(s, 0, &wrapped, &end);
    /* a first line that is broken is one line: only a brace on its own opens a tall object */
    if (scanned.code != E_OK) return line.len < s.len && line.len > 2;
    return !wrapped && end <= line.len &&
           reader_trim((slice){ s.at + end, line.len - end }).len == 0;
}

static void json_begin(struct intake *in)
{
    const bool lines = in->plan.cut == INTAKE_CUT_LINES;
    in->json_state = (struct json_state){ .framing = lines ? JSON_LINES : JSON_VALUES };
}

/* Hands out the next object of a document that is an array. */
static bool next_element(struct intake *in)
{
    struct json_state *j = &in->json_state;
    while (j->next < j->end) {
        const uint32_t at = j->next;
        j->next = j->document.nodes[at].end;
        if (j->document.nodes[at].type != JSON_OBJECT) continue;
        if (in->build.count > 0) return true;
        json_event(in, &j->document, at);
        return true;
    }
    return false;
}

/* The array of events that the document is or wraps: its elements are to be handed out. */
static bool unwrap(struct json_state *j)
{
    const struct json_node *root = j->document.nodes;
    const struct json_node *list = root->type == JSON_ARRAY ? root : NULL;
    if (root->type == JSON_OBJECT) {
        for (uint32_t i = 1; i < root->end; i = root[i].end) {
            const bool objects = root[i].type == JSON_ARRAY && root[i].end > i + 1 &&
                                 root[i + 1].type == JSON_OBJECT;
            if (objects && json_is_wrapper(root[i].key)) list = root + i;
        }
    }
    if (list == NULL) return false;
    j->next = (uint32_t)(list - root) + 1;
    j->end = list->end;
    return true;
}

static enum intake_answer line_next(struct intake *in, struct fault *fault)
{
    struct json_state *j = &in->json_state;
    for (;;) {
        if (j->next < j->end) {
            in->at.element++;
            if (next_element(in)) return INTAKE_EVENT;
        }
        const enum intake_answer answer = reader_line(in, &in->raw, fault);
        if (answer != INTAKE_EVENT) return answer;
        j->next = j->end = 0;
        if (json_parse_padded(in->json, in->raw, &j->document, fault).code != E_OK) {
            return reader_broken(in, in->raw);
        }
        in->parsed = true;
        if (unwrap(j)) continue;
        if (j->document.nodes[0].type == JSON_OBJECT) {
            json_event(in, &j->document, 0);
            return INTAKE_EVENT;
        }
        ignore(fault_set(fault, FAIL(E_SYNTAX), "JSON: an event must be an object"), "answered");
        return reader_broken(in, in->raw);
    }
}

static enum intake_answer values_fault(struct intake *in, size_t start, size_t end,
                                       const char *what, struct fault *fault)
{
    reader_mark(in, start);
    ignore(fault_set(fault, FAIL(E_SYNTAX), "JSON: %s", what), "answered");
    reader_advance(in, end);
    if (end - start > EVENT_BYTES_MAX) return INTAKE_FAULT;
    return reader_broken(in, (slice){ in->data.at + start, end - start });
}

/* Behind the end of the line in which pos is: where reading can go on after nonsense. */
static size_t next_line(slice data, size_t pos)
{
    const slice rest = slice_from(data, pos);
    const uint8_t *newline = rest.len == 0 ? NULL : memchr(rest.at, '\n', rest.len);
    return newline == NULL ? data.len : (size_t)(newline - data.at) + 1;
}

/* The value at pos is not whole. */
static enum intake_answer values_short(struct intake *in, size_t pos, struct fault *fault)
{
    const size_t left = in->data.len - pos;
    reader_advance(in, pos);
    if (!in->last && left <= EVENT_BYTES_MAX) return INTAKE_MORE;
    in->json_state.in_array = false; /* who knows: what follows is taken for itself */
    in->json_state.in_object = false;
    if (left <= EVENT_BYTES_MAX) {
        return values_fault(in, pos, in->data.len, "the input ends inside a value", fault);
    }
    in->skipping = true; /* to the end of the line, as reader_line has it */
    return values_fault(in, pos, in->data.len, "a value of more than 1 MiB", fault);
}

static enum intake_answer values_object(struct intake *in, size_t pos, size_t end,
                                        struct fault *fault)
{
    struct json_state *j = &in->json_state;
    if (end - pos > EVENT_BYTES_MAX) {
        return values_fault(in, pos, end, "a value of more than 1 MiB", fault);
    }
    in->raw = (slice){ in->data.at + pos, end - pos };
    reader_advance(in, pos);
    reader_mark(in, pos);
    reader_advance(in, end);
    if (json_parse_padded(in->json, in->raw, &j->document, fault).code != E_OK) {
        return reader_broken(in, in->raw);
    }
    in->parsed = true;
    json_event(in, &j->document, 0);
    return INTAKE_EVENT;
}

/* Behind the members that follow the array of a wrapping object. */
static enum intake_answer leave_wrapper(struct intake *in, size_t pos, struct fault *fault)
{
    for (;;) {
        pos = json_scan_space(in->data, pos);
        if (pos == in->data.len) return values_short(in, pos, fault);
        const uint8_t c = in->data.at[pos];
        if (c == '}') break;
        reader_advance(in, pos);
        if (c == ':') pos++;
        if (c != ':' && json_scan_value(in->data, pos, &pos).code != E_OK) {
            return values_short(in, in->pos, fault);
        }
    }
    in->json_state.in_object = false;
    reader_advance(in, pos + 1);
    return INTAKE_EVENT;
}

/* An object outside an array: an event, or the wrapper of an array of them. */
static enum intake_answer values_top(struct intake *in, size_t pos, struct fault *fault)
{
    bool wrapped = false;
    size_t end = 0;
    const status s = json_scan_wrapper(in->data, pos, &wrapped, &end);
    if (s.code == E_SYNTAX) {
        return values_fault(in, pos, next_line(in->data, pos), "a member is malformed", fault);
    }
    if (s.code != E_OK) return values_short(in, pos, fault);
    if (!wrapped) return values_object(in, pos, end, fault);
    in->json_state.in_object = true;
    in->json_state.in_array = true;
    reader_advance(in, end + 1);
    return INTAKE_MORE; /* nothing built yet: the caller's loop goes on */
}

/* Behind a value that was too long: to the next line. False if it is not there yet. */
static bool skip_rest(struct intake *in)
{
    const size_t after = next_line(in->data, in->pos);
    in->skipping = after == in->data.len && (after == 0 || in->data.at[after - 1] != '\n');
    reader_advance(in, after);
    return !in->skipping;
}

static enum intake_answer values_next(struct intake *in, struct fault *fault)
{
    struct json_state *j = &in->json_state;
    if (in->skipping && !skip_rest(in)) return in->last ? INTAKE_END : INTAKE_MORE;
    for (;;) {
        if (j->in_object && !j->in_array) {
            const enum intake_answer left = leave_wrapper(in, in->pos, fault);
            if (left != INTAKE_EVENT) return left;
        }
        const size_t pos = json_scan_space(in->data, in->pos);
        size_t end = 0;
        if (pos == in->data.len) {
            reader_advance(in, pos);
            if (!in->last) return INTAKE_MORE;
            if (!j->in_array && !j->in_object) return INTAKE_END;
            j->in_array = j->in_object = false;
            return values_fault(in, pos, pos, "the input ends inside an array", fault);
        }
        const uint8_t c = in->data.at[pos];
        if (c == ']' && j->in_array) {
            j->in_array = false;
            reader_advance(in, pos + 1);
        } else if (c == '[' && !j->in_array) {
            j->in_array = true;
            reader_advance(in, pos + 1);
        } else if (c == '{' && !j->in_array) {
            const enum intake_answer answer = values_top(in, pos, fault);
            if (answer != INTAKE_MORE || !j->in_array) return answer;
        } else if (c == '{') {
            if (json_scan_value(in->data, pos, &end).code != E_OK) {
                return values_short(in, pos, fault);
            }
            return values_object(in, pos, end, fault);
        } else {
            end = next_line(in->data, pos);
            const bool here = !j->in_array && (end < in->data.len || in->last);
            if (!here && json_scan_value(in->data, pos, &end).code != E_OK) {
                return values_short(in, pos, fault);
            }
            return values_fault(in, pos, end, "an event must be an object", fault);
        }
    }
}

static enum intake_answer json_next(struct intake *in, struct fault *fault)
{
    if (in->json_state.framing == JSON_LINES) return line_next(in, fault);
    return values_next(in, fault);
}

const struct format intake_json_format = { "json", json_detect, json_next, json_begin };
