/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/fault.h"
#include "base/writer.h"

/*
 * changes: in which cells two cells.csv of one period differ. A value that is only written in
 * another way (0.50 and 0.5) is the same value. A cell that one of the two does not have is a
 * change too; one that has another name now is told by a renaming. Source: docs/formats/report.md
 * section 4.
 */
enum { CHANGES_CELL_BYTES_MAX = 512, CHANGES_RENAMED_MAX = 64 };

/* A cell "figure/value/value" that is called something else in the newer report. */
struct changes_renaming {
    slice from;
    slice to;
};

struct change {
    slice cell; /* as it is called now, or was where it is gone */
    slice was;  /* as it was called; empty: the same */
    slice from; /* empty: it was not there */
    slice to;   /* empty: it is not there any more */
};

struct changes {
    struct change *at; /* owned; in the order of their names; views into the two files and arena */
    size_t count;
    size_t rewritten; /* cells whose value is only written in another way */
    size_t gone;      /* of the changes: cells that are not there any more */
    struct arena arena;
};

/* Compares two files, which must outlive the changes. E_SYNTAX for what is no cells.csv,
 * E_DUPLICATE for a cell that one has twice, E_NOT_FOUND for a renaming of a cell that is not
 * there, E_NOMEM. */
status changes_find(slice before, slice now, const struct changes_renaming *renamings,
                    size_t renaming_count, struct changes *ret_changes, struct fault *f);
void changes_done(struct changes *c);
