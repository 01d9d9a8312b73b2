/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Linux audit log (auditd's audit.log, also with node= and with ENRICHED names):
 *
 *     [node=HOST ]type=SYSCALL msg=audit(1364481363.243:24287): arch=c000003e exe="/bin/cat" …
 *
 * The records of one event carry one time and serial number and follow each other: they become one
 * event, whose fields may occur more than once (type does). Values that auditd wrote in hexadecimal
 * because of spaces or control characters are decoded. An event with an EXECVE record is a process
 * creation too: Image, CommandLine, … are added so that rules for those meet it.
 */
#include "base/bytes.h"
#include "base/num.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "intake/reader.h"
#include "base/banned.h"

enum { RECORDS_MAX = 256, ARGUMENTS_MAX = 128, COMMAND_BYTES_MAX = 64 * 1024 };

/* The head of a record: the id is the text between the parentheses, time and serial. */
struct head {
    slice node;
    slice type;
    slice id;
    slice body;
};

/* The text up to c, which is taken too; false if there is none. */
static bool take_until(slice *s, uint8_t c, slice *ret_part)
{
    const uint8_t *at = s->len == 0 ? NULL : memchr(s->at, c, s->len);
    if (at == NULL) return false;
    *ret_part = (slice){ s->at, (size_t)(at - s->at) };
    *s = slice_from(*s, ret_part->len + 1);
    return true;
}

static bool take_prefix(slice *s, const char *prefix)
{
    if (!slice_starts(*s, slice_text(prefix))) return false;
    *s = slice_from(*s, strlen(prefix));
    return true;
}

static bool parse_head(slice line, struct head *ret_head)
{
    struct head h = { .node = slice_none() };
    if (take_prefix(&line, "node=") && !take_until(&line, ' ', &h.node)) return false;
    if (!take_prefix(&line, "type=") || !take_until(&line, ' ', &h.type)) return false;
    if (!take_prefix(&line, "msg=audit(") || !take_until(&line, ')', &h.id)) return false;
    if (!take_prefix(&line, ":")) return false;
    h.body = line;
    *ret_head = h;
    return true;
}

static bool auditd_detect(slice start, bool)
{
    struct head h = {};
    return parse_head(reader_first_line(reader_trim(start)), &h);
}

static bool is_separator(uint8_t c)
{
    return c == ' ' || c == 0x1d; /* group separator: in front of the ENRICHED names */
}

/* Whether auditd writes this field of this record in hexadecimal when it has to. */
static bool may_be_hex(slice type, slice name)
{
    static const char *const names[] = { "proctitle", "exe",      "comm", "name", "cwd",
                                         "cmd",       "data",     "key",  "path", "acct",
                                         "vm",        "new-disk", "dir",  "file", "ocomm",
                                         "sw",        "root_dir" };
    if (slice_is(type, "EXECVE") && name.len > 1 && name.at[0] == 'a') {
        return name.at[1] >= '0' && name.at[1] <= '9';
    }
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (slice_is(name, names[i])) return true;
    }
    return false;
}

/* The bytes of a value in hexadecimal, NUL as a space; the value itself if it is none. */
static slice decode_hex(struct build *b, slice value)
{
    if (value.len == 0 || value.len % 2 != 0) return value;
    for (size_t i = 0; i < value.len; i++) {
        const uint8_t c = value.at[i];
        if ((c < '0' || c > '9') && (c < 'A' || c > 'F')) return value;
    }
    const size_t len = value.len / 2;
    uint8_t *room = build_room(b, len);
    if (room == NULL) return value;
    ignore(num_parse_hex(value, room, len), "every digit was looked at");
    for (size_t i = 0; i < len; i++) {
        if (room[i] == '\0') room[i] = ' ';
    }
    return text_is_utf8((slice){ room, len }) ? (slice){ room, len } : value;
}

/* One name=value at the front of *body. False at its end. */
static bool next_pair(slice *body, slice *ret_name, slice *ret_value, bool *ret_quoted)
{
    slice rest = *body;
    while (rest.len > 0 && (is_separator(rest.at[0]) || rest.at[0] == ',')) {
        rest = slice_from(rest, 1);
    }
    size_t end = 0;
    while (end < rest.len && rest.at[end] != '=' && !is_separator(rest.at[end]))
        end++;
    *ret_name = (slice){ rest.at, end };
    *ret_value = slice_none();
    *ret_quoted = false;
    if (end == rest.len || rest.at[end] != '=') { /* a word that is no pair */
        *body = slice_from(rest, end);
        return rest.len > 0;
    }
    rest = slice_from(rest, end + 1);
    const uint8_t quote =
        rest.len > 0 && (rest.at[0] == '"' || rest.at[0] == '\'') ? rest.at[0] : 0;
    size_t len = quote != 0 ? 1 : 0;
    while (len < rest.len && (quote != 0 ? rest.at[len] != quote : !is_separator(rest.at[len]))) {
        len++;
    }
    const size_t start = quote != 0 ? 1 : 0;
    *ret_value = (slice){ rest.at + start, len - start };
    *ret_quoted = quote != 0;
    *body = slice_from(rest, quote != 0 && len < rest.len ? len + 1 : len);
    return true;
}

/* msg='op=login acct="root" …': pairs inside a pair. Recursion is bounded: once, by nested. */
static void add_pairs(struct build *b, slice type, slice body, bool nested)
{
    slice name = slice_none();
    slice value = slice_none();
    bool quoted = false;
    while (next_pair(&body, &name, &value, &quoted)) {
        if (value.len == 0 && !quoted) continue;
        if (!nested && quoted && slice_is(name, "msg")) {
            add_pairs(b, type, value, true);
            continue;
        }
        if (!quoted && may_be_hex(type, name)) value = decode_hex(b, value);
        build_add(b, name, value, EVENT_TEXT, 0);
    }
}

static void derive(struct build *b, const char *from, const char *to)
{
    const struct event_field *f = build_find(b, from);
    if (f != NULL) build_add(b, slice_text(to), f->text, EVENT_TEXT, EVENT_FIELD_DERIVED);
}

/* The arguments in their order, joined by spaces. */
static void derive_command_line(struct build *b, size_t first, size_t end)
{
    uint8_t *room = build_room(b, COMMAND_BYTES_MAX);
    size_t len = 0;
    if (room == NULL) return;
    for (size_t i = first; i < end; i++) {
        const struct event_field *f = &b->fields[i];
        if (f->name.len < 2 || f->name.at[0] != 'a' || f->name.at[1] < '0' || f->name.at[1] > '9') {
            continue;
        }
        if (f->text.len + 1 > COMMAND_BYTES_MAX - len) break;
        if (len > 0) room[len++] = ' ';
        bytes_copy(room + len, f->text.len, f->text);
        len += f->text.len;
    }
    build_keep(b, room, len);
    build_add(b, slice_text("CommandLine"), (slice){ room, len }, EVENT_TEXT, EVENT_FIELD_DERIVED);
}

/* The fields of EXECVE stand from first to end. */
static void derive_process(struct build *b, size_t first, size_t end)
{
    derive(b, "exe", "Image");
    derive_command_line(b, first, end);
    derive(b, "cwd", "CurrentDirectory");
    derive(b, "pid", "ProcessId");
    derive(b, "ppid", "ParentProcessId");
    derive(b, "AUID", "User");
}

static void add_id(struct build *b, const struct head *h)
{
    slice rest = h->id;
    slice seconds = slice_none();
    if (h->node.len > 0) build_text(b, "node", h->node);
    if (!take_until(&rest, ':', &seconds)) return;
    build_add(b, slice_text("timestamp"), seconds, EVENT_TEXT, EVENT_FIELD_DERIVED);
    build_add(b, slice_text("serial"), rest, EVENT_TEXT, EVENT_FIELD_DERIVED);
}

/* The next line, not taken: its length with the line end in ret_whole. False if it is not all
 * there. */
static bool peek_line(const struct intake *in, slice *ret_line, size_t *ret_whole)
{
    const slice rest = slice_from(in->data, in->pos);
    const uint8_t *newline = rest.len == 0 ? NULL : memchr(rest.at, '\n', rest.len);
    if (newline == NULL && !in->last) return false;
    *ret_line = reader_first_line(rest);
    *ret_whole = newline == NULL ? rest.len : (size_t)(newline - rest.at) + 1;
    return true;
}

/* What has been read of the event that is being put together. */
struct gathering {
    size_t execve_first;
    size_t execve_end;
    size_t records;
};

static void gather(struct build *b, const struct head *h, struct gathering *g)
{
    const size_t first = b->count;
    build_text(b, "type", h->type);
    add_pairs(b, h->type, h->body, false);
    g->records++;
    if (!slice_is(h->type, "EXECVE") || g->execve_end != 0) return;
    g->execve_first = first;
    g->execve_end = b->count;
}

/* All records of the event lie in the window; false (and nothing taken) if they may not. */
static bool is_whole(const struct intake *in, slice id)
{
    slice rest = slice_from(in->data, in->pos);
    struct head h = {};
    if (in->last) return true;
    for (size_t i = 0; i < RECORDS_MAX; i++) {
        const uint8_t *newline = rest.len == 0 ? NULL : memchr(rest.at, '\n', rest.len);
        if (newline == NULL) return rest.len > EVENT_BYTES_MAX;
        if (!parse_head(reader_first_line(rest), &h) || !slice_equal(h.id, id)) return true;
        rest = slice_from(rest, (size_t)(newline - rest.at) + 1);
    }
    return true;
}

static enum intake_answer auditd_next(struct intake *in, struct fault *fault)
{
    const size_t pos = in->pos;
    const uint64_t line_before = in->line;
    struct gathering g = {};
    struct head first = {};
    slice line = slice_none();
    const enum intake_answer answer = reader_line(in, &line, fault);
    if (answer != INTAKE_EVENT) return answer;
    if (!parse_head(line, &first)) {
        ignore(fault_set(fault, FAIL(E_SYNTAX), "audit: no \"type=… msg=audit(…):\" at the start"),
               "the answer says so");
        return reader_broken(in, line);
    }
    if (!is_whole(in, first.id)) {
        in->pos = pos;
        in->line = line_before;
        in->record--;
        return INTAKE_MORE;
    }
    const uint8_t *start = line.at;
    const uint8_t *end = line.at + line.len;
    add_id(&in->build, &first);
    gather(&in->build, &first, &g);
    while (g.records < RECORDS_MAX && (size_t)(end - start) < EVENT_BYTES_MAX) {
        struct head h = {};
        size_t whole = 0;
        if (!peek_line(in, &line, &whole) || whole == 0) break;
        if (!parse_head(line, &h) || !slice_equal(h.id, first.id)) break;
        if (!slice_is(h.type, "EOE")) gather(&in->build, &h, &g);
        end = line.at + line.len;
        reader_advance(in, in->pos + whole);
    }
    in->stated = (struct logsource){
        .product = slice_text("linux"),
        .service = slice_text("auditd"),
    };
    if (g.execve_end != 0) {
        derive_process(&in->build, g.execve_first, g.execve_end);
        in->stated.categories[in->stated.category_count++] = slice_text("process_creation");
    }
    in->raw = (slice){ start, (size_t)(end - start) };
    in->parsed = true;
    return INTAKE_EVENT;
}

const struct format intake_auditd_format = { "auditd", auditd_detect, auditd_next, NULL };
