/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/command.h"
#include "cmd/report/changes_file.h"
#include "cmd/report/given.h"
#include "cmd/report/published_cells.h"

/*
 * publish: a report that was built becomes a published version. Source: docs/formats/report.md
 * section 4.
 */
#define CHANGES_FILE "changes.csv"

struct publication {
    const struct invocation *inv;
    const char *dir;
    const char *out;
    bool restates;
    slice reason;
    slice method;
    slice approver;
    struct changes_renaming renamings[CHANGES_RENAMED_MAX];
    size_t renaming_count;
    struct view view;
    struct given given;
    struct center_folder center;
    bool has_view;
    bool has_given;
    bool has_center;
    const struct report_period *period; /* of what was given */
    struct report *report;              /* owned; as the log gives it */
    hash manifest;
    hash definitions;
    struct report_register reports;
    const struct registered *before; /* the version before it; NULL: none */
    const struct registered *done;   /* its own record; NULL: not yet */
    uint64_t version;
    uint8_t *before_cells; /* owned */
    struct changes changes;
    struct writer changes_file; /* owned */
};

/* Publishes p->out, or does nothing if it is published as it is. *p must stay where it is and is
 * the caller's to end with publication_done, whatever comes of it. E_INVALID, with the first cell
 * that the log does not give; E_REFUSED for what is not the next version. */
status publication_make(struct publication *p, struct fault *f);
void publication_done(struct publication *p);
