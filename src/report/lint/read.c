/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading what is judged from files and folders.
 */
#include <stdlib.h>
#include "os/walk.h"
#include "report/lint/check.h"
#include "base/banned.h"

struct taking {
    struct lint *l;
    enum lint_side side;
    struct fault *f;
};

static status take(void *with, const struct walk_entry *entry)
{
    struct taking *t = with;
    uint8_t *bytes = NULL;
    size_t len = 0;
    TRY(file_load(entry->dir, entry->name, LINT_FILE_BYTES_MAX, &bytes, &len, t->f));
    const status s = lint_add(t->l, t->side, entry->path, (slice){ bytes, len }, t->f);
    if (s.code != E_OK) {
        free(bytes);
        return s;
    }
    t->l->files[t->l->file_count - 1].owned = bytes;
    return OK;
}

status lint_read(struct lint *l, enum lint_side side, const char *path, struct fault *f)
{
    struct taking t = { l, side, f };
    return walk_files(path, take, &t, f);
}

status lint_folder(const char *path, struct lint **ret_lint, struct fault *f)
{
    struct lint *l = lint_new(&(struct lint_options){ .own = true });
    if (l == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    status s = lint_read(l, LINT_NEW, path, f);
    if (s.code == E_OK) s = lint_run(l, f);
    if (s.code != E_OK) {
        lint_free(l);
        return s;
    }
    *ret_lint = l;
    return OK;
}
