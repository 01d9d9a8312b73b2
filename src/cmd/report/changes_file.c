/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/report/changes_file.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/csv.h"
#include "base/timestamp.h"
#include "base/banned.h"

enum { NS_PER_S = 1000000000, DAY_BYTES = 10, HEAD_BYTES_MAX = 64, ROW_BYTES_MAX = 64 };

static void write_row(struct writer *w, const struct change *c, const struct changes_told *told,
                      slice day)
{
    struct csv_row row = csv_row_of(w);
    csv_text(&row, c->cell);
    csv_text(&row, c->was);
    csv_text(&row, c->from);
    csv_text(&row, c->to);
    csv_text(&row, told->reason);
    csv_text(&row, told->method);
    csv_text(&row, day);
    csv_end(&row);
}

static void write_head(struct writer *w)
{
    static const char *const names[] = { "cell", "was", "old", "new", "reason", "method", "date" };
    struct csv_row row = csv_row_of(w);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        csv_label(&row, names[i]);
    csv_end(&row);
}

/* Every byte of a text may have to be doubled. */
static size_t room_for(const struct changes *c, const struct changes_told *told)
{
    size_t room = HEAD_BYTES_MAX;
    for (size_t i = 0; i < c->count; i++) {
        const struct change *one = &c->at[i];
        const size_t texts = one->cell.len + one->was.len + one->from.len + one->to.len +
                             told->reason.len + told->method.len;
        room += ROW_BYTES_MAX + 2 * texts;
    }
    return room;
}

status changes_write(const struct changes *c, const struct changes_told *told, struct writer *ret_w,
                     struct fault *f)
{
    uint8_t time[TIMESTAMP_BYTES_MAX];
    timestamp_write((int64_t)told->time_s * NS_PER_S, time);
    const size_t room = room_for(c, told);
    struct writer w = writer_of(malloc(room), room);
    if (w.at == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    write_head(&w);
    for (size_t i = 0; i < c->count; i++)
        write_row(&w, &c->at[i], told, (slice){ time, DAY_BYTES });
    assert(writer_end(&w).code == E_OK);
    *ret_w = w;
    return OK;
}

slice changes_part(slice file)
{
    size_t len = file.len;
    if (len <= REGISTER_CHANGES_BYTES_MAX) return file;
    len = REGISTER_CHANGES_BYTES_MAX;
    while (len > 0 && file.at[len - 1] != '\n')
        len--;
    return (slice){ file.at, len };
}
