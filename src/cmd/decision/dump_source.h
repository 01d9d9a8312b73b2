/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/writer.h"
#include "intake/decision/dump.h"
#include "lib/unpack.h"
#include "os/file.h"

/*
 * dump_source: a CSV file of the daily dumps, plain or gzip, as lines of JSON: one for each row, an
 * empty one where a row cannot be read. Such a row is told on standard error.
 */
struct dump_source {
    const char *path;
    struct file file;
    uint64_t offset;       /* of what is read next */
    struct unpack *unpack; /* owned; NULL: the file is plain */
    struct dump dump;
    struct dump_row row;
    uint8_t *packed; /* owned */
    uint8_t *text;   /* owned; text_at to text_len is not taken yet */
    size_t text_at;
    size_t text_len;
    bool at_end;
    struct writer line; /* owned; the row at hand, line_at on is not handed out yet */
    size_t line_at;
    uint64_t rows;
    uint64_t escaped;    /* in dialect B */
    uint64_t repaired;   /* with bytes that are not UTF-8 */
    uint64_t unreadable; /* in neither dialect */
};

/* Opens the file and reads its header. s must stay where it is, and be closed whatever comes.
 * E_SYNTAX, E_NOT_FOUND, E_NOMEM. */
status dump_source_open(struct dump_source *s, const char *path, struct fault *f);
void dump_source_close(struct dump_source *s);
/* The next bytes of the lines, 0 at the end. self: a dump_source. E_SYNTAX for a damaged file. */
status dump_source_read(void *self, uint8_t *to, size_t most, size_t *ret_len, struct fault *f);
/* Says on standard error how many rows were odd, if any were. */
void dump_source_tell(const struct dump_source *s);
