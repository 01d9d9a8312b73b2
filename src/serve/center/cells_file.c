/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/center/cells_file.h"

#include "base/bytes.h"
#include "base/csv.h"
#include "base/banned.h"

/* The cells of the next line; 0 behind the last. */
static size_t take_line(slice *rest, slice *ret_cells)
{
    size_t count = 0;
    size_t at = 0;
    while (at < rest->len && count < CELLS_COLUMNS_MAX) {
        const size_t start = at;
        if (rest->at[at] == '"') {
            const size_t end = csv_quoted_end(*rest, at, CELLS_LINE_BYTES_MAX);
            if (end == 0) return 0;
            at = end;
        }
        while (at < rest->len && rest->at[at] != ',' && rest->at[at] != '\n')
            at++;
        size_t len = at - start;
        if (len > 0 && rest->at[start + len - 1] == '\r') len--;
        ret_cells[count++] = (slice){ rest->at + start, len };
        const bool is_last = at >= rest->len || rest->at[at] == '\n';
        if (at < rest->len) at++;
        if (!is_last) continue;
        *rest = slice_from(*rest, at);
        return count;
    }
    return 0;
}

static int column_named(const slice *cells, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (slice_is(cells[i], name)) return (int)i;
    }
    return -1;
}

status cells_file_open(slice bytes, struct cells_file *ret_file)
{
    slice cells[CELLS_COLUMNS_MAX];
    struct cells_file file = { .rest = bytes };
    const size_t count = take_line(&file.rest, cells);
    file.column_count = count;
    file.figure = column_named(cells, count, "figure");
    file.value_1 = column_named(cells, count, "value_1");
    file.value_2 = column_named(cells, count, "value_2");
    file.value = column_named(cells, count, "count");
    if (file.value < 0) file.value = column_named(cells, count, "value");
    file.late = column_named(cells, count, "late");
    file.how = column_named(cells, count, "how");
    if (file.figure < 0 || file.value < 0) return FAIL(E_SYNTAX);
    *ret_file = file;
    return OK;
}

static slice cell_at(const slice *cells, int column)
{
    return column < 0 ? slice_none() : cells[column];
}

bool cells_file_next(struct cells_file *file, struct cells_line *ret_line)
{
    slice cells[CELLS_COLUMNS_MAX];
    if (take_line(&file->rest, cells) != file->column_count) return false;
    *ret_line = (struct cells_line){
        .figure = cells[file->figure],
        .value_1 = cell_at(cells, file->value_1),
        .value_2 = cell_at(cells, file->value_2),
        .value = cells[file->value],
        .late = cell_at(cells, file->late),
        .how = cell_at(cells, file->how),
    };
    return true;
}
