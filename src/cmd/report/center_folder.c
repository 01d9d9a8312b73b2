/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/report/center_folder.h"

#include <inttypes.h>
#include <stdio.h>
#include "os/dir.h"
#include "os/failpoint.h"
#include "base/banned.h"

enum { NAME_BYTES_MAX = 32, PATH_BYTES_MAX = 128 };

/* Makes a folder in another, durably, and opens it; the parent is closed. */
static status step_into(struct file *at, const char *name, struct fault *f)
{
    struct file inner = {};
    status s = dir_make(at, name, f);
    if (s.code == E_OK) s = dir_sync(at, "", f);
    if (s.code == E_OK) s = dir_open(at, name, &inner, f);
    if (s.code != E_OK) return s;
    file_close(at);
    *at = inner;
    return OK;
}

static status walk(struct file *at, const char *period, struct file *ret_lock, struct fault *f)
{
    TRY(step_into(at, "center", f));
    TRY(dir_lock(at, ".lock", ret_lock, f));
    status s = step_into(at, "reports", f);
    if (s.code == E_OK) s = step_into(at, period, f);
    if (s.code != E_OK) file_close(ret_lock);
    return s;
}

status center_open(const char *dir, const struct report_period *period,
                   struct center_folder *ret_folder, struct fault *f)
{
    struct file at = {};
    struct file lock = {};
    TRY(dir_open(NULL, dir, &at, f));
    const status s = walk(&at, period->name, &lock, f);
    if (s.code != E_OK) {
        file_close(&at);
        return s;
    }
    *ret_folder = (struct center_folder){ .lock = lock, .period = at };
    return OK;
}

status center_look(const char *dir, const struct report_period *period,
                   struct center_folder *ret_folder, struct fault *f)
{
    char path[PATH_BYTES_MAX];
    struct center_folder c = { .lock = { .fd = -1 } };
    struct file at = {};
    snprintf(path, sizeof path, "center/reports/%s", period->name);
    TRY(dir_open(NULL, dir, &at, f));
    const status s = dir_open(&at, path, &c.period, f);
    file_close(&at);
    TRY(s);
    *ret_folder = c;
    return OK;
}

void center_close(struct center_folder *c)
{
    file_close(&c->period);
    if (c->lock.fd >= 0) file_close(&c->lock);
}

/* ---- names ---- */

static void name_of(uint64_t version, char ret_name[NAME_BYTES_MAX])
{
    snprintf(ret_name, NAME_BYTES_MAX, "%" PRIu64, version);
}

static void name_of_new(uint64_t version, char ret_name[NAME_BYTES_MAX])
{
    snprintf(ret_name, NAME_BYTES_MAX, ".%" PRIu64 ".new", version);
}

/* ---- a version ---- */

status center_has(const struct center_folder *c, uint64_t version, bool *ret_has, struct fault *f)
{
    struct file_identity unused = {};
    char name[NAME_BYTES_MAX];
    name_of(version, name);
    const status s = file_look(&c->period, name, &unused, f);
    if (s.code != E_OK && s.code != E_NOT_FOUND) return s;
    *ret_has = s.code == E_OK;
    return OK;
}

static status load(const struct center_folder *c, const char *folder, const char *name,
                   uint8_t **ret_bytes, size_t *ret_len, struct fault *f)
{
    char path[PATH_BYTES_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return file_load(&c->period, path, REPORT_FILE_BYTES_MAX, ret_bytes, ret_len, f);
}

status center_load(const struct center_folder *c, uint64_t version, const char *name,
                   uint8_t **ret_bytes, size_t *ret_len, struct fault *f)
{
    char folder[NAME_BYTES_MAX];
    name_of(version, folder);
    return load(c, folder, name, ret_bytes, ret_len, f);
}

status center_load_new(const struct center_folder *c, uint64_t version, const char *name,
                       uint8_t **ret_bytes, size_t *ret_len, struct fault *f)
{
    char folder[NAME_BYTES_MAX];
    name_of_new(version, folder);
    return load(c, folder, name, ret_bytes, ret_len, f);
}

status center_put(const struct center_folder *c, uint64_t version, const char *name, slice bytes,
                  struct fault *f)
{
    char folder[NAME_BYTES_MAX];
    struct file made = {};
    name_of_new(version, folder);
    failpoint("center-put");
    TRY(dir_make(&c->period, folder, f));
    TRY(dir_open(&c->period, folder, &made, f));
    const status s = dir_replace(&made, name, bytes, f);
    file_close(&made);
    return s;
}

status center_finish(const struct center_folder *c, uint64_t version, struct fault *f)
{
    char from[NAME_BYTES_MAX];
    char to[NAME_BYTES_MAX];
    name_of_new(version, from);
    name_of(version, to);
    failpoint("center-rename");
    TRY(dir_rename(&c->period, from, to, f));
    failpoint("center-renamed");
    return dir_sync(&c->period, "", f);
}

status center_replace(const struct center_folder *c, uint64_t version, slice note, struct fault *f)
{
    char name[NAME_BYTES_MAX];
    snprintf(name, sizeof name, "%" PRIu64 ".replaced", version);
    failpoint("center-replaced");
    return dir_replace(&c->period, name, note, f);
}
