/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "report/declared.h"
#include "report/moderation.h"
#include "report/template/template.h"

/*
 * harmonised: the harmonised transparency report of Regulation (EU) 2022/2065, articles 15, 24 and
 * 42, as its eleven CSV parts (Implementing Regulation (EU) 2024/2835), from the same records as
 * every other report. A function of the log's records and of the definitions (cells.def): built
 * again, the bytes are the same. Source: docs/formats/harmonised.md.
 */
enum harmonised_file {
    HARMONISED_PARTS = TEMPLATE_PARTS, /* files 0 to 10 are parts 1 to 11 */
    HARMONISED_DEFINITIONS = HARMONISED_PARTS,
    HARMONISED_MANIFEST, /* last: it names the others */
    HARMONISED_FILES,
};

/* What the service is: it decides which rows apply. */
enum service_tier {
    SERVICE_INTERMEDIARY,
    SERVICE_HOSTING,
    SERVICE_PLATFORM,
    SERVICE_VLOP,
    SERVICE_VLOSE,
};

struct harmonised_input {
    struct report_input log; /* its table is not read */
    const struct moderation *moderation;
    struct declared *declared; /* what is used of it is marked */
};

struct harmonised;

/* Counts and writes everything. E_INVALID if service or tier are not declared, or what is declared
 * is no value of its cell; the fault names it. E_NOMEM, E_LIMIT. */
status harmonised_build(const struct harmonised_input *in, struct harmonised **ret_report,
                        struct fault *f);
/* NULL is allowed. */
void harmonised_free(struct harmonised *h);
/* Whether there is that file (enum harmonised_file): a part that is for larger services alone is
 * left out. */
bool harmonised_has(const struct harmonised *h, size_t file);
/* "part_1_report_identification.csv" … "manifest", and the bytes: a view. */
const char *harmonised_file_name(const struct harmonised *h, size_t file);
slice harmonised_file_bytes(const struct harmonised *h, size_t file);
/* Cells of a kind of proof, and measures that no category of their part fits. */
uint64_t harmonised_cells(const struct harmonised *h, enum report_how how);
uint64_t harmonised_unplaced(const struct harmonised *h);
/* The cells that the service must declare and did not, one after the other with a newline behind
 * each. */
slice harmonised_missing(const struct harmonised *h);
