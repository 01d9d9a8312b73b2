/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/backup/manifest.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/num.h"
#include "base/timestamp.h"
#include "base/banned.h"

#define TITLE "candor backup v1"

enum { LINE_FIXED_BYTES = 5 + 2 * SHA256_BYTES + 1 + 20 + 2, HEAD_BYTES_MAX = 2048 };

void manifest_done(struct manifest *m)
{
    free(m->files);
    *m = (struct manifest){};
}

status manifest_add(struct manifest *m, const struct manifest_file *file)
{
    if (m->file_count == MANIFEST_FILES_MAX) return FAIL(E_LIMIT);
    if (m->file_count == m->file_cap) {
        const size_t cap = m->file_cap == 0 ? 64 : 2 * m->file_cap;
        struct manifest_file *files = realloc(m->files, cap * sizeof *files);
        if (files == NULL) return FAIL(E_NOMEM);
        m->files = files;
        m->file_cap = cap;
    }
    m->files[m->file_count++] = *file;
    return OK;
}

static int by_name(const void *a, const void *b)
{
    const struct manifest_file *x = a;
    const struct manifest_file *y = b;
    return strcmp(x->name, y->name);
}

void manifest_sort(struct manifest *m)
{
    if (m->file_count > 1) qsort(m->files, m->file_count, sizeof *m->files, by_name);
}

const struct manifest_file *manifest_find(const struct manifest *m, const char *name)
{
    size_t low = 0;
    size_t high = m->file_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(m->files[middle].name, name);
        if (order == 0) return &m->files[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

uint64_t manifest_bytes(const struct manifest *m)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < m->file_count; i++) {
        if (m->files[i].bytes > UINT64_MAX - sum) return UINT64_MAX;
        sum += m->files[i].bytes;
    }
    return sum;
}

size_t manifest_room(const struct manifest *m)
{
    return HEAD_BYTES_MAX + m->file_count * (LINE_FIXED_BYTES + STORE_NAME_MAX);
}

const char *manifest_part_name(enum backup_part part)
{
    return part == BACKUP_LOG ? "log" : "keys";
}

void manifest_write(const struct manifest *m, struct writer *w)
{
    const size_t start = w->len;
    uint8_t time[TIMESTAMP_BYTES_MAX];
    const size_t time_len = timestamp_write(m->taken_ns, time);
    writer_printf(w, TITLE "\npart %s\norigin %s\nkey %s\n", manifest_part_name(m->part), m->origin,
                  m->key);
    writer_printf(w, "taken %.*s\nentries %llu\nturns %llu\n", (int)time_len, (char *)time,
                  (unsigned long long)m->entries, (unsigned long long)m->turns);
    for (size_t i = 0; i < m->file_count; i++) {
        const struct manifest_file *file = &m->files[i];
        writer_text(w, "file ");
        writer_hex(w, (slice){ file->content.bytes, sizeof file->content.bytes });
        writer_printf(w, " %llu %s\n", (unsigned long long)file->bytes, file->name);
    }
    if (w->error != E_OK) return;
    const hash check = sha256((slice){ w->at + start, w->len - start });
    writer_text(w, "end ");
    writer_hex(w, (slice){ check.bytes, sizeof check.bytes });
    writer_text(w, "\n");
}

/* A name that stays inside the folder: letters, digits, and . _ - between single slashes. */
static bool name_is_valid(slice name)
{
    bool part_begins = true;
    if (name.len == 0 || name.len > STORE_NAME_MAX) return false;
    for (size_t i = 0; i < name.len; i++) {
        const uint8_t c = name.at[i];
        const bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                             (c >= '0' && c <= '9') || c == '_' || c == '-';
        if (c == '/' ? part_begins : !is_word && (c != '.' || part_begins)) return false;
        part_begins = c == '/';
    }
    return !part_begins;
}

/* The rest of a line that has to begin with the word and a space. */
static status line_take(struct cursor *c, const char *word, slice *ret_rest)
{
    slice line = {};
    const slice begin = slice_text(word);
    if (cursor_line(c, &line).code != E_OK || !slice_starts(line, begin)) return FAIL(E_SYNTAX);
    *ret_rest = slice_from(line, begin.len);
    return OK;
}

static status number_take(struct cursor *c, const char *word, uint64_t *ret_number)
{
    slice rest = {};
    TRY(line_take(c, word, &rest));
    return num_parse_u64(rest, ret_number);
}

static status head_parse(struct cursor *c, struct manifest *m)
{
    slice rest = {};
    slice key = {};
    TRY(line_take(c, TITLE, &rest));
    if (rest.len != 0) return FAIL(E_SYNTAX);
    TRY(line_take(c, "part ", &rest));
    if (!slice_is(rest, "log") && !slice_is(rest, "keys")) return FAIL(E_VALUE);
    m->part = slice_is(rest, "log") ? BACKUP_LOG : BACKUP_KEYS;
    TRY(line_take(c, "origin ", &rest));
    TRY(line_take(c, "key ", &key));
    if (!note_name_is_valid(rest) || rest.len > MANIFEST_ORIGIN_BYTES_MAX) return FAIL(E_VALUE);
    if (key.len > MANIFEST_KEY_BYTES_MAX) return FAIL(E_LIMIT);
    bytes_copy(m->origin, sizeof m->origin - 1, rest);
    bytes_copy(m->key, sizeof m->key - 1, key);
    TRY(line_take(c, "taken ", &rest));
    TRY(timestamp_parse_iso(rest, &m->taken_ns));
    TRY(number_take(c, "entries ", &m->entries));
    return number_take(c, "turns ", &m->turns);
}

static status file_parse(slice line, struct manifest *m)
{
    struct manifest_file file = {};
    const slice begin = slice_text("file ");
    const size_t digits = 2 * SHA256_BYTES;
    if (!slice_starts(line, begin) || line.len < begin.len + digits + 1) return FAIL(E_SYNTAX);
    slice rest = slice_from(line, begin.len);
    TRY(num_parse_hex((slice){ rest.at, digits }, file.content.bytes, sizeof file.content.bytes));
    if (rest.at[digits] != ' ') return FAIL(E_SYNTAX);
    rest = slice_from(rest, digits + 1);
    size_t space = 0;
    while (space < rest.len && rest.at[space] != ' ')
        space++;
    if (space == rest.len) return FAIL(E_SYNTAX);
    TRY(num_parse_u64((slice){ rest.at, space }, &file.bytes));
    rest = slice_from(rest, space + 1);
    if (!name_is_valid(rest)) return FAIL(E_VALUE);
    bytes_copy(file.name, sizeof file.name - 1, rest);
    const bool ascends =
        m->file_count == 0 || strcmp(m->files[m->file_count - 1].name, file.name) < 0;
    return ascends ? manifest_add(m, &file) : FAIL(E_DUPLICATE);
}

/* The last line: the checksum of all lines before it. */
static status end_parse(slice text, size_t at, slice line)
{
    hash want = {};
    const slice begin = slice_text("end ");
    const hash check = sha256((slice){ text.at, at });
    if (!slice_starts(line, begin)) return FAIL(E_SYNTAX);
    TRY(num_parse_hex(slice_from(line, begin.len), want.bytes, sizeof want.bytes));
    return bytes_equal(want.bytes, check.bytes, sizeof want.bytes) ? OK : FAIL(E_INVALID);
}

static status files_parse(slice text, struct cursor *c, struct manifest *m)
{
    for (;;) {
        slice line = {};
        const size_t at = c->pos;
        TRY(cursor_line(c, &line));
        if (line.len > 0 && line.at[0] == 'f') {
            TRY(file_parse(line, m));
        } else {
            TRY(end_parse(text, at, line));
            return cursor_end(c);
        }
    }
}

status manifest_parse(slice text, struct manifest *ret_manifest, struct fault *f)
{
    struct manifest m = {};
    struct cursor c = cursor_of(text);
    if (text.len > MANIFEST_BYTES_MAX) return fault_set(f, FAIL(E_LIMIT), "manifest: too large");
    status s = head_parse(&c, &m);
    if (s.code == E_OK) s = files_parse(text, &c, &m);
    if (s.code != E_OK) {
        size_t line = 1;
        for (size_t i = 0; i < c.pos; i++)
            line += text.at[i] == '\n';
        manifest_done(&m);
        return fault_set(f, s, "manifest: line %zu or before: %s", line, status_text(s));
    }
    *ret_manifest = m;
    return OK;
}
