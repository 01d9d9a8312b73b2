/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports of strangers: whatever their files hold, judging ends, and every finding names a rule and
 * a file. Files stand behind each other, each after a byte 0x1e, a byte that chooses its name and
 * one that chooses its side.
 */
#include <assert.h>
#include "base/bytes.h"
#include "report/lint/lint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { SEPARATOR = 0x1e, FILES_MAX = 16 };

static const char *const names[] = {
    "new/part_1.csv",  "new/part_2.csv", "new/part_3.csv",  "new/part_4.csv", "new/part_5.csv",
    "new/part_6.csv",  "new/part_7.csv", "new/part_8.csv",  "new/part_9.csv", "new/part_10.csv",
    "new/part_11.csv", "new/tidy.csv",   "new/changes.csv", "out/cells.csv",  "out/report.json",
    "out/report.html", "out/manifest",   "out/changes.csv",
};

/* Adds the file that begins at the place; the place behind it. */
static size_t add(struct lint *l, slice all, size_t at)
{
    struct fault f = {};
    const uint8_t *end = memchr(all.at + at, SEPARATOR, all.len - at);
    const size_t stop = end == NULL ? all.len : (size_t)(end - all.at);
    if (stop - at >= 2) {
        const slice bytes = { all.at + at + 2, stop - at - 2 };
        const char *name = names[all.at[at] % COUNT_OF(names)];
        const enum lint_side side = (all.at[at + 1] & 1) != 0 ? LINT_OLD : LINT_NEW;
        assert(lint_add(l, side, name, bytes, &f).code == E_OK);
    }
    return stop + 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fault f = {};
    const slice all = { len == 0 ? (const uint8_t *)"" : data, len };
    struct lint *l = lint_new(&(struct lint_options){ .own = len % 2 == 1 });
    assert(l != NULL);
    size_t at = 0;
    for (size_t i = 0; i < FILES_MAX && at < all.len; i++)
        at = add(l, all, at);
    if (lint_run(l, &f).code == E_OK) {
        size_t count = 0;
        const struct lint_finding *found = lint_findings(l, &count);
        for (size_t i = 0; i < count; i++) {
            assert(found[i].rule != NULL && found[i].file != NULL && found[i].message.len > 0);
            assert(i == 0 || strcmp(found[i - 1].file, found[i].file) <= 0);
        }
        assert(lint_count(l, LINT_ERROR) + lint_count(l, LINT_WARNING) + lint_count(l, LINT_INFO) >=
               count);
    }
    lint_free(l);
    return 0;
}
