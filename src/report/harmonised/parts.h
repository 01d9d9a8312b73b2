/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/csv.h"
#include "report/declared.h"
#include "report/harmonised/count.h"
#include "report/harmonised/harmonised.h"

/*
 * parts: the eleven CSV files, from what was counted and declared; for the files of this folder.
 * A row that the service's tier does not have keeps its place and is blank, with a note; 0 says
 * that it could have happened and did not.
 */
#define PARTS_NOT_HERE "Does not apply to this service."

struct parts {
    const struct counted *counted;
    struct declared *declared;
    slice service;
    char period[24]; /* 2026-01-01/2026-06-30 */
    uint8_t tier;    /* enum service_tier */
    struct writer *missing;
    uint64_t cells[3]; /* by enum report_how */
    /* Of the file at hand. */
    struct writer *out;
    size_t part;
};

/* Whether the service has rows of that tier. */
bool parts_have(const struct parts *p, uint8_t tier);
/* Appends the file of a part, 1 to 11. What does not fit sets the writer's error. E_INVALID if a
 * declared value is none of its cell. */
status parts_write(struct parts *p, size_t part, struct writer *out, struct fault *f);

/* Parts 3 to 6, and the others but part 2, without their first line. */
void parts_grid(struct parts *p);
status parts_list(struct parts *p, struct fault *f);
/* The cell of a column that every part has: applicability, service, period; nothing of others. */
void parts_common(const struct parts *p, struct csv_row *r, uint8_t role, uint8_t tier);
/* A number with two decimals at most: 1.5 for 150. */
void parts_hundredths(struct csv_row *r, uint64_t hundredths);
