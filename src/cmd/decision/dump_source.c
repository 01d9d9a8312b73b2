/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/decision/dump_source.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/banned.h"

enum {
    PACKED_BYTES = 64 * 1024,
    TEXT_BYTES = 4 * DUMP_ROW_BYTES_MAX,
    UNPACKED_MAX_LOG2 = 40,
    TOLD_MAX = 20, /* unreadable rows that are told one by one */
};

/* ---- bytes ---- */

static status read_plain(struct dump_source *s, struct fault *f)
{
    size_t len = 0;
    TRY(file_read(&s->file, s->offset, s->text + s->text_len, TEXT_BYTES - s->text_len, &len, f));
    s->at_end = s->text_len + len < TEXT_BYTES;
    s->text_len += len;
    s->offset += len;
    return OK;
}

static status read_packed(struct dump_source *s, struct fault *f)
{
    size_t len = 0;
    struct writer out = writer_of(s->text, TEXT_BYTES);
    TRY(file_read(&s->file, s->offset, s->packed, PACKED_BYTES, &len, f));
    slice input = { s->packed, len };
    out.len = s->text_len;
    const status done = unpack_step(s->unpack, &input, &out);
    if (done.code != E_OK) return fault_set(f, done, "%s: damaged", s->path);
    s->offset += len - input.len;
    const bool is_full = out.len == out.cap;
    s->text_len = out.len;
    if (len > 0 || is_full) return OK;
    s->at_end = true;
    const status end = unpack_end(s->unpack);
    return end.code == E_OK ? OK : fault_set(f, end, "%s: it is cut off", s->path);
}

/* So much text that a whole row is there, or all that is left. */
static status fill(struct dump_source *s, struct fault *f)
{
    if (s->at_end || s->text_len - s->text_at >= DUMP_ROW_BYTES_MAX) return OK;
    bytes_move(s->text, TEXT_BYTES, s->text + s->text_at, s->text_len - s->text_at);
    s->text_len -= s->text_at;
    s->text_at = 0;
    while (!s->at_end && s->text_len < TEXT_BYTES)
        TRY(s->unpack != NULL ? read_packed(s, f) : read_plain(s, f));
    return OK;
}

static status prepare(struct dump_source *s, struct fault *f)
{
    enum unpack_format format = UNPACK_GZIP;
    uint8_t start[4];
    size_t len = 0;
    s->packed = malloc(PACKED_BYTES);
    s->text = malloc(TEXT_BYTES);
    s->line = writer_of(malloc(DUMP_LINE_BYTES_MAX), DUMP_LINE_BYTES_MAX);
    if (s->packed == NULL || s->text == NULL || s->line.at == NULL) {
        return fault_set(f, FAIL(E_NOMEM), "out of memory");
    }
    TRY(file_read(&s->file, 0, start, sizeof start, &len, f));
    if (unpack_detect((slice){ start, len }, &format).code != E_OK) return OK;
    s->unpack = unpack_new(format, 1ull << UNPACKED_MAX_LOG2);
    return s->unpack != NULL ? OK : fault_set(f, FAIL(E_NOMEM), "out of memory");
}

status dump_source_open(struct dump_source *s, const char *path, struct fault *f)
{
    size_t used = 0;
    *s = (struct dump_source){ .path = path, .file = { .fd = -1 } };
    TRY(file_open(NULL, path, 0, &s->file, f));
    TRY(prepare(s, f));
    TRY(fill(s, f));
    const status begun = dump_begin((slice){ s->text, s->text_len }, &s->dump, &used, f);
    s->text_at = used;
    return begun.code == E_OK ? OK : fault_within(f, begun, path);
}

void dump_source_close(struct dump_source *s)
{
    if (s->file.fd >= 0) file_close(&s->file);
    unpack_free(s->unpack);
    free(s->packed);
    free(s->text);
    free(s->line.at);
}

/* ---- rows ---- */

/* A row that is left out; an empty line keeps the numbers of those behind it. */
static void leave_out(struct dump_source *s, const char *why)
{
    s->unreadable++;
    s->line = writer_of(s->line.at, s->line.cap);
    writer_text(&s->line, "\n");
    if (s->unreadable > TOLD_MAX) return;
    fprintf(stderr, "candor: enforcement add: %s: row %" PRIu64 ": %s\n", s->path, s->rows, why);
}

/* The next row as a line; *ret_any is false at the end. */
static status next_line(struct dump_source *s, bool *ret_any, struct fault *f)
{
    struct fault why = {};
    size_t used = 0;
    TRY(fill(s, f));
    s->line = writer_of(s->line.at, s->line.cap);
    s->line_at = 0;
    *ret_any = s->text_at < s->text_len;
    if (!*ret_any) return OK;
    const slice rest = { s->text + s->text_at, s->text_len - s->text_at };
    const status read = dump_next(&s->dump, rest, &s->row, &used, &why);
    s->text_at += used;
    s->rows++;
    if (read.code != E_OK) {
        leave_out(s, why.text);
        return OK;
    }
    dump_write(&s->dump, &s->row, &s->line);
    s->escaped += s->row.dialect == DUMP_ESCAPED;
    s->repaired += s->row.has_bad_utf8;
    if (writer_end(&s->line).code != E_OK) leave_out(s, "too long");
    return OK;
}

status dump_source_read(void *self, uint8_t *to, size_t most, size_t *ret_len, struct fault *f)
{
    struct dump_source *s = self;
    bool any = true;
    *ret_len = 0;
    while (any && *ret_len < most) {
        if (s->line_at == s->line.len) TRY(next_line(s, &any, f));
        const size_t left = s->line.len - s->line_at;
        const size_t room = most - *ret_len;
        const slice part = { s->line.at + s->line_at, left < room ? left : room };
        bytes_copy(to + *ret_len, room, part);
        *ret_len += part.len;
        s->line_at += part.len;
    }
    return OK;
}

void dump_source_tell(const struct dump_source *s)
{
    if (s->escaped + s->repaired + s->unreadable == 0) return;
    fprintf(stderr,
            "candor: enforcement add: %s: of %" PRIu64 " rows %" PRIu64
            " with quotes behind backslashes, %" PRIu64
            " with bytes that are not UTF-8, taken as U+FFFD, %" PRIu64 " unreadable\n",
            s->path, s->rows, s->escaped, s->repaired, s->unreadable);
}
