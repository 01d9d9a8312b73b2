/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/writer.h"
#include "report/changes.h"
#include "report/register.h"

/*
 * changes_file: changes.csv of a restatement: each cell that changed with its old and new value,
 * reason, method and date. Source: docs/formats/report.md section 4.
 */
struct changes_told {
    slice reason;
    slice method;
    uint64_t time_s; /* its day is stated */
};

/* Appends the file to w, whose room is new and is the caller's to free. E_NOMEM. */
status changes_write(const struct changes *c, const struct changes_told *told, struct writer *ret_w,
                     struct fault *f);
/* As many whole lines of it as a report record has room for. */
slice changes_part(slice file);
