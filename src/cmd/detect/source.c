/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/detect/source.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "cmd/interrupt.h"
#include "lib/unpack.h"
#include "os/walk.h"
#include "base/banned.h"

enum { PACKED_BYTES = 256 * 1024 };

/* The most that one compressed file may hold: 1 TiB. */
static const uint64_t unpacked_bytes_max = UINT64_C(1) << 40;

/* A file that is being read. */
struct stream {
    const struct file *file;
    const char *path;
    struct unpack *unpack; /* NULL: not compressed */
    slice packed;          /* read, not handed on yet */
    uint64_t unpacked;     /* bytes, handed on */
    bool is_over;          /* the file has no more bytes */
};

status source_init(struct source *s)
{
    *s = (struct source){ .packed = malloc(PACKED_BYTES) };
    return s->packed == NULL ? FAIL(E_NOMEM) : OK;
}

void source_done(struct source *s)
{
    free(s->packed);
    s->packed = NULL;
}

static status tell(struct source *s, const char *path, const struct fault *fault)
{
    return s->reader.fault(s->reader.with, path, fault);
}

/* Reads once. What cannot be read ends the file. */
static status read_some(struct source *s, struct stream *st, uint8_t *at, size_t cap,
                        size_t *ret_len)
{
    struct fault fault = {};
    *ret_len = 0;
    const status got = file_read_unless(st->file, interrupt_flag(), at, cap, ret_len, &fault);
    st->is_over = *ret_len == 0;
    if (s->progress != NULL) progress_step(s->progress, *ret_len);
    if (got.code == E_CANCELLED) return got;
    return got.code == E_OK ? OK : tell(s, st->path, &fault);
}

/* More of the packed file, if all of it was unpacked. */
static status refill(struct source *s, struct stream *st)
{
    size_t len = 0;
    if (st->packed.len > 0 || st->is_over) return OK;
    TRY(read_some(s, st, s->packed, PACKED_BYTES, &len));
    st->packed = (slice){ s->packed, len };
    return OK;
}

/* Unpacks into the room, until some bytes are there or the file is over. Damage ends the file: what
 * came before it stays. */
static status read_packed(struct source *s, struct stream *st, struct writer *room, bool *ret_end)
{
    while (room->len == 0 && !*ret_end) {
        TRY(refill(s, st));
        const status unpacked = unpack_step(st->unpack, &st->packed, room);
        if (unpacked.code == E_NOMEM) return unpacked;
        const bool over = st->is_over && st->packed.len == 0 && room->len < room->cap;
        const status end = unpacked.code == E_OK && over ? unpack_end(st->unpack) : OK;
        *ret_end = unpacked.code != E_OK || over;
        if (unpacked.code == E_OK && end.code == E_OK) continue;
        struct fault fault = {};
        const char *what = unpacked.code == E_OK      ? "the compressed data end early"
                           : unpacked.code == E_LIMIT ? "more than 1 TiB, or too large a window"
                                                      : "the compressed data are damaged";
        ignore(fault_set(&fault, FAIL(E_SYNTAX), "%s behind byte %llu of what they hold", what,
                         (unsigned long long)(st->unpacked + room->len)),
               "it is told, not returned");
        TRY(tell(s, st->path, &fault));
    }
    return OK;
}

/* The bytes that were read to look at them, then the file's own. */
static status read_plain(struct source *s, struct stream *st, struct writer *room, bool *ret_end)
{
    size_t len = st->packed.len < room->cap ? st->packed.len : room->cap;
    if (len > 0) {
        bytes_copy(room->at, room->cap, (slice){ st->packed.at, len });
        st->packed = slice_from(st->packed, len);
    } else {
        TRY(read_some(s, st, room->at, room->cap, &len));
        *ret_end = len == 0;
    }
    room->len = len;
    return OK;
}

static status read_stream(struct source *s, struct stream *st)
{
    const struct source_reader *r = &s->reader;
    const bool is_pipe = strcmp(st->path, "-") == 0;
    for (bool end = false; !end;) {
        struct writer room = {};
        if (*interrupt_flag() != 0) return FAIL(E_CANCELLED);
        TRY(r->room(r->with, &room));
        const status got =
            st->unpack == NULL ? read_plain(s, st, &room, &end) : read_packed(s, st, &room, &end);
        if (got.code != E_OK) return got;
        s->bytes += room.len;
        st->unpacked += room.len;
        if (s->hash != NULL) sha256_update(s->hash, (slice){ room.at, room.len });
        TRY(r->filled(r->with, room.len, is_pipe && room.len < room.cap, end));
    }
    return OK;
}

/* Looks at the first bytes: packed or not. */
static status read_file(struct source *s, const struct file *file, const char *path)
{
    enum { START_BYTES = 4 };
    struct stream st = { .file = file, .path = path };
    enum unpack_format format = UNPACK_GZIP;
    size_t len = 0;
    TRY(s->reader.begin(s->reader.with, path));
    s->files++;
    while (len < START_BYTES && !st.is_over) {
        size_t got = 0;
        TRY(read_some(s, &st, s->packed + len, PACKED_BYTES - len, &got));
        len += got;
    }
    st.packed = (slice){ s->packed, len };
    if (unpack_detect(st.packed, &format).code != E_OK) return read_stream(s, &st);
    st.unpack = unpack_new(format, unpacked_bytes_max);
    if (st.unpack == NULL) return FAIL(E_NOMEM);
    const status read = read_stream(s, &st);
    unpack_free(st.unpack);
    return read;
}

/* What lies beside logs in folders of rules and samples. */
static bool is_no_log(const struct walk_entry *entry)
{
    static const char *const endings[] = { ".yml", ".yaml", ".md",  ".rst", ".html", ".pdf",
                                           ".png", ".jpg",  ".svg", ".zip", ".tar",  ".py" };
    const size_t len = strlen(entry->name);
    if (entry->dir == NULL) return false;
    for (size_t i = 0; i < COUNT_OF(endings); i++) {
        const size_t ending = strlen(endings[i]);
        if (len > ending && strcasecmp(entry->name + len - ending, endings[i]) == 0) return true;
    }
    return false;
}

static status each_file(void *with, const struct walk_entry *entry)
{
    struct source *s = with;
    struct file file = {};
    struct fault fault = {};
    if (is_no_log(entry)) return OK;
    const status opened = file_open(entry->dir, entry->name, FILE_READ, &file, &fault);
    if (opened.code == E_NOMEM) return opened;
    if (opened.code != E_OK) return tell(s, entry->path, &fault);
    const status read = read_file(s, &file, entry->path);
    file_close(&file);
    return read;
}

status source_path(struct source *s, const char *path, struct fault *fault)
{
    if (strcmp(path, "-") != 0) return walk_files(path, each_file, s, fault);
    const struct file standard_input = file_standard_input();
    return read_file(s, &standard_input, path);
}

static status add_size(void *with, const struct walk_entry *entry)
{
    uint64_t *total = with;
    uint64_t size = 0;
    struct file file = {};
    struct fault fault = {};
    if (is_no_log(entry)) return OK;
    if (file_open(entry->dir, entry->name, FILE_READ, &file, &fault).code != E_OK) return OK;
    if (file_size(&file, &size, &fault).code == E_OK) *total += size;
    file_close(&file);
    return OK;
}

uint64_t source_size(const char *path)
{
    uint64_t total = 0;
    struct fault fault = {};
    if (strcmp(path, "-") == 0) return 0;
    return walk_files(path, add_size, &total, &fault).code == E_OK ? total : 0;
}
