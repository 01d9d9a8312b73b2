/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/writer.h"
#include "report/lint/lint.h"
#include "report/lint/table.h"

/*
 * check: what the files of this folder share: the files that were read, and how a rule speaks.
 */
struct lint_file {
    const char *name; /* owned by the arena */
    slice folder;     /* the part of the name before its last '/' */
    slice bytes;
    uint8_t *owned;     /* bytes, if they were read here */
    uint8_t side;       /* enum lint_side */
    uint8_t kind;       /* one enum lint_kind; 0: none */
    uint8_t part;       /* LINT_PART: 1 to 11 */
    uint8_t named_part; /* by its name alone; 0: none */
    bool is_changes;    /* says what was restated and why (docs/formats/report.md) */
    struct table table; /* LINT_PART, LINT_TIDY and cells of a LINT_REPORT */
};

struct lint {
    struct lint_options options;
    struct arena arena;
    struct lint_file *files; /* owned */
    size_t file_count;
    struct lint_finding *findings; /* owned */
    size_t finding_count;
    size_t finding_cap;
    uint64_t counts[LINT_SEVERITIES];
    bool out_of_memory; /* sticky: a finding could not be kept */
};

/* Where a finding is. */
struct place {
    const struct lint_file *file;
    size_t row;    /* of the table: 0 is the header; PLACE_FILE: the file as a whole */
    size_t column; /* of the table; PLACE_ROW: the row as a whole */
};

#define PLACE_FILE SIZE_MAX
#define PLACE_ROW SIZE_MAX

/* The file as a whole. */
static inline struct place place_file(const struct lint_file *file)
{
    return (struct place){ file, PLACE_FILE, PLACE_ROW };
}

/* Adds a finding of rule TR-number. What stands at the place is taken from the table; expected may
 * be empty. Findings about the older side are dropped. */
__attribute__((format(printf, 6, 7))) void lint_say(struct lint *l, unsigned number,
                                                    enum lint_severity severity, struct place place,
                                                    slice expected, const char *format, ...);
/* Where a finding is and what stands there, as lint_say_of takes it. */
struct lint_said {
    unsigned number;
    enum lint_severity severity;
    struct place place;
    uint64_t row; /* if the place has none */
    slice column;
    slice said;
    slice expected;
};

/* As lint_say. */
__attribute__((format(printf, 3, 4))) void lint_say_of(struct lint *l, const struct lint_said *said,
                                                       const char *format, ...);

/* A text of the arena: "12". */
slice lint_number(struct lint *l, uint64_t value);

/* ---- the groups of rules ---- */

/* What each file is, its table read. E_SYNTAX if none is anything. */
status recognise_all(struct lint *l, struct fault *f);
/* Reads the table of a file, with TR-02 (its start), TR-03 and TR-78. */
status check_table(struct lint *l, struct lint_file *file, struct fault *f);
/* TR-02. */
void check_bytes(struct lint *l);
