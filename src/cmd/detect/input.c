/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One window for all files: bytes are read or unpacked behind what the reader has not taken yet.
 */
#include "cmd/detect/input.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "lib/json.h"
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
    slice packed;          /* read, not unpacked yet */
    bool file_over;
};

status input_init(struct input *in, const struct routes *routes)
{
    *in = (struct input){
        .intake = intake_new(routes),
        .window = calloc(1, INTAKE_WINDOW_BYTES + JSON_PADDING_BYTES),
        .packed = malloc(PACKED_BYTES),
    };
    if (in->intake != NULL && in->window != NULL && in->packed != NULL) return OK;
    input_done(in);
    return FAIL(E_NOMEM);
}

void input_done(struct input *in)
{
    intake_free(in->intake);
    free(in->window);
    free(in->packed);
    *in = (struct input){};
}

static status tell(struct input *in, const char *path, const struct fault *fault)
{
    const struct input_place place = { .path = path, .position = in->events };
    in->faults++;
    return in->reader.on_fault(in->reader.with, &place, fault);
}

/* Hands on what the window holds. ret_over: the reader has seen the end. */
static status drain(struct input *in, const char *path, bool *ret_over)
{
    for (;;) {
        struct event event = {};
        struct fault fault = {};
        struct input_place place = { .path = path, .position = in->events };
        switch (intake_next(in->intake, &event, &place.at, &fault)) {
        case INTAKE_EVENT:
            in->events++;
            TRY(in->reader.on_event(in->reader.with, &event, &place));
            break;
        case INTAKE_FAULT:
            in->faults++;
            TRY(in->reader.on_fault(in->reader.with, &place, &fault));
            break;
        case INTAKE_MORE:
            return OK;
        case INTAKE_END:
            *ret_over = true;
            return OK;
        }
    }
}

/* More of the packed file, if all of it was unpacked. */
static status refill(struct input *in, struct stream *s)
{
    size_t len = 0;
    if (s->packed.len > 0 || s->file_over) return OK;
    TRY(file_read_next(s->file, in->packed, PACKED_BYTES, &len, in->fault));
    s->packed = (slice){ in->packed, len };
    s->file_over = len == 0;
    if (in->progress != NULL) progress_step(in->progress, len);
    return OK;
}

/* Unpacks into the room, until some bytes are there or the file is over. Damage ends the file: what
 * came before it stays. */
static status read_packed(struct input *in, struct stream *s, struct writer *room, bool *ret_end)
{
    while (room->len == 0 && !*ret_end) {
        TRY(refill(in, s));
        const status unpacked = unpack_step(s->unpack, &s->packed, room);
        if (unpacked.code == E_NOMEM) return unpacked;
        const bool over = s->file_over && s->packed.len == 0 && room->len < room->cap;
        const status end = unpacked.code == E_OK && over ? unpack_end(s->unpack) : OK;
        *ret_end = unpacked.code != E_OK || over;
        if (unpacked.code == E_OK && end.code == E_OK) continue;
        struct fault fault = {};
        const char *what = unpacked.code == E_OK      ? "the compressed data end early"
                           : unpacked.code == E_LIMIT ? "more than 1 TiB, or too large a window"
                                                      : "the compressed data are damaged";
        ignore(fault_set(&fault, FAIL(E_SYNTAX), "%s", what), "it is told, not returned");
        TRY(tell(in, s->path, &fault));
    }
    return OK;
}

static status read_plain(struct input *in, struct stream *s, struct writer *room, bool *ret_end)
{
    size_t len = 0;
    TRY(file_read_next(s->file, room->at, room->cap, &len, in->fault));
    room->len = len;
    *ret_end = len == 0;
    if (in->progress != NULL) progress_step(in->progress, len);
    return OK;
}

static status read_stream(struct input *in, struct stream *s, size_t len)
{
    bool is_all = false;
    bool over = false;
    while (!over) {
        struct writer room = writer_of(in->window + len, INTAKE_WINDOW_BYTES - len);
        if (room.cap == 0) { /* no format leaves that much: it could not go on */
            return fault_set(in->fault, FAIL(E_LIMIT), "%.400s: an event is too long", s->path);
        }
        if (!is_all && s->unpack == NULL) TRY(read_plain(in, s, &room, &is_all));
        if (!is_all && s->unpack != NULL) TRY(read_packed(in, s, &room, &is_all));
        in->bytes += room.len;
        len += room.len;
        intake_data(in->intake, (slice){ in->window, len }, is_all);
        TRY(drain(in, s->path, &over));
        const size_t taken = intake_taken(in->intake);
        bytes_move(in->window, INTAKE_WINDOW_BYTES, in->window + taken, len - taken);
        len -= taken;
    }
    return OK;
}

/* Looks at the first bytes: packed or not. */
static status read_file(struct input *in, const struct file *file, const char *path)
{
    enum { START_BYTES = 4 };
    struct stream s = { .file = file, .path = path, .packed = slice_none() };
    enum unpack_format format = UNPACK_GZIP;
    size_t len = 0;
    size_t got = 1;
    while (len < START_BYTES && got > 0) {
        TRY(file_read_next(file, in->packed + len, PACKED_BYTES - len, &got, in->fault));
        len += got;
    }
    in->files++;
    if (in->progress != NULL) progress_step(in->progress, len);
    intake_begin(in->intake, in->format, in->year);
    if (unpack_detect((slice){ in->packed, len }, &format).code != E_OK) {
        bytes_copy(in->window, INTAKE_WINDOW_BYTES, (slice){ in->packed, len });
        in->bytes += len;
        return read_stream(in, &s, len);
    }
    s.packed = (slice){ in->packed, len };
    s.unpack = unpack_new(format, unpacked_bytes_max);
    if (s.unpack == NULL) return FAIL(E_NOMEM);
    const status read = read_stream(in, &s, 0);
    unpack_free(s.unpack);
    return read;
}

/* What lies beside logs in folders of rules and samples. */
static bool is_no_log(const char *name)
{
    static const char *const endings[] = { ".yml", ".yaml", ".md",  ".rst", ".html", ".pdf",
                                           ".png", ".jpg",  ".svg", ".zip", ".tar",  ".py" };
    const size_t len = strlen(name);
    for (size_t i = 0; i < COUNT_OF(endings); i++) {
        const size_t ending = strlen(endings[i]);
        if (len > ending && strcasecmp(name + len - ending, endings[i]) == 0) return true;
    }
    return false;
}

static status each_file(void *with, const struct walk_entry *entry)
{
    struct input *in = with;
    struct file file = {};
    struct fault fault = {};
    if (entry->dir != NULL && is_no_log(entry->name)) return OK;
    status s = file_open(entry->dir, entry->name, FILE_READ, &file, &fault);
    if (s.code == E_NOMEM) return s;
    if (s.code != E_OK) return tell(in, entry->path, &fault);
    s = read_file(in, &file, entry->path);
    file_close(&file);
    if (s.code != E_IO) return s;
    return tell(in, entry->path, in->fault);
}

status input_path(struct input *in, const char *path, struct fault *fault)
{
    in->fault = fault;
    if (strcmp(path, "-") != 0) return walk_files(path, each_file, in, fault);
    const struct file standard_input = file_standard_input();
    return read_file(in, &standard_input, path);
}
