/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/detect/rules_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/writer.h"
#include "os/clock.h"
#include "os/dir.h"
#include "os/random.h"
#include "os/user.h"
#include "base/banned.h"

enum {
    PATH_BYTES = 4096,
    OTHERS_WRITE = 022,
    NAMES_MAX = 1024, /* looked at when the folder is tidied; more wait for the next time */
    RANDOM_BYTES = 8,
};

static const char set_prefix[] = "rules-", new_prefix[] = "new-";
static const int64_t LEFT_BEHIND_NS = 3600 * CLOCK_NS_PER_S;

static status trusted(const struct file_identity *identity, const char *path, struct fault *f)
{
    if (identity->owner != user_own())
        return fault_set(f, FAIL(E_DENIED), "%.300s belongs to another user", path);
    if ((identity->mode & OTHERS_WRITE) != 0)
        return fault_set(f, FAIL(E_DENIED), "%.300s can be written by others", path);
    return OK;
}

static status folder_open(const char *path, struct file *ret_folder, struct fault *f)
{
    struct file folder = { .fd = -1 };
    struct file_identity identity = {};
    status s = dir_open(NULL, path, &folder, f);
    if (s.code == E_NOT_FOUND) {
        TRY(dir_make(NULL, path, f));
        s = dir_open(NULL, path, &folder, f);
    }
    TRY(s);
    s = file_identify(&folder, &identity, f);
    if (s.code == E_OK) s = trusted(&identity, path, f);
    if (s.code != E_OK) {
        file_close(&folder);
        return s;
    }
    *ret_folder = folder;
    return OK;
}

/* The absolute path in an environment variable, else NULL. */
static const char *path_of(const char *variable)
{
    const char *path = secure_getenv(variable);
    return path != NULL && path[0] == '/' ? path : NULL;
}

status rules_folder_open(const char *asked, struct file *ret_folder, struct fault *f)
{
    if (asked != NULL) return folder_open(asked, ret_folder, f);
    const char *cache = path_of("XDG_CACHE_HOME"), *home = path_of("HOME");
    char path[PATH_BYTES];
    if (cache == NULL && home == NULL)
        return fault_set(f, FAIL(E_NOT_FOUND), "neither XDG_CACHE_HOME nor HOME is set");
    const char *parent = cache != NULL ? cache : home, *below = cache != NULL ? "" : "/.cache";
    int len = snprintf(path, sizeof path, "%s%s", parent, below);
    if (len < 0 || (size_t)len >= sizeof path)
        return fault_set(f, FAIL(E_LIMIT), "the path of the cache is too long");
    ignore(dir_make(NULL, path, f), "it is there, or the next step says why not");
    len = snprintf(path, sizeof path, "%s%s/candor", parent, below);
    if (len < 0 || (size_t)len >= sizeof path)
        return fault_set(f, FAIL(E_LIMIT), "the path of the cache is too long");
    return folder_open(path, ret_folder, f);
}

static status load(const struct file *file, size_t size, uint8_t **ret_bytes, struct fault *f)
{
    size_t len = 0;
    uint8_t *bytes = malloc(size + 1);
    if (bytes == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    status s = file_read(file, 0, bytes, size, &len, f);
    if (s.code == E_OK && len != size) s = fault_set(f, FAIL(E_SHORT), "cut while it was read");
    if (s.code != E_OK) {
        free(bytes);
        return s;
    }
    *ret_bytes = bytes;
    return OK;
}

status rules_folder_read(const struct file *folder, const char *name, uint8_t **ret_bytes,
                         size_t *ret_len, struct fault *f)
{
    struct file file = { .fd = -1 };
    struct file_identity identity = {};
    TRY(file_open(folder, name, FILE_READ, &file, f));
    status s = file_identify(&file, &identity, f);
    if (s.code == E_OK) s = trusted(&identity, file.path, f);
    if (s.code == E_OK && !identity.is_regular)
        s = fault_set(f, FAIL(E_DENIED), "%.300s is no file", file.path);
    if (s.code == E_OK && identity.size > RULES_FOLDER_FILE_BYTES_MAX)
        s = fault_set(f, FAIL(E_LIMIT), "%.300s is too large", file.path);
    if (s.code == E_OK) s = load(&file, identity.size, ret_bytes, f);
    file_close(&file);
    if (s.code == E_OK) *ret_len = identity.size;
    return s;
}

struct found {
    char name[RULES_FOLDER_NAME_BYTES];
    int64_t mtime_ns;
    uint64_t size;
};

struct tidying {
    const struct file *folder;
    struct found *sets; /* owned; NAMES_MAX */
    size_t count;
};

static status look(void *with, const char *name)
{
    struct tidying *t = with;
    struct fault f = {};
    struct file_identity identity = {};
    const size_t len = strlen(name);
    const bool is_set = strncmp(name, set_prefix, strlen(set_prefix)) == 0;
    const bool is_new = strncmp(name, new_prefix, strlen(new_prefix)) == 0;
    if ((!is_set && !is_new) || len >= RULES_FOLDER_NAME_BYTES || t->count == NAMES_MAX) return OK;
    if (is_set && len + 1 != RULES_FOLDER_NAME_BYTES) return OK;
    if (file_look(t->folder, name, &identity, &f).code != E_OK) return OK;
    if (is_new) {
        if (clock_real_ns() - identity.mtime_ns > LEFT_BEHIND_NS)
            ignore(dir_remove(t->folder, name, &f), "the next one tries again");
        return OK;
    }
    struct found *found = &t->sets[t->count++];
    *found = (struct found){ .mtime_ns = identity.mtime_ns, .size = identity.size };
    bytes_copy(found->name, sizeof found->name, (slice){ (const uint8_t *)name, len + 1 });
    return OK;
}

static int newest_first(const void *a, const void *b)
{
    const struct found *left = a, *right = b;
    return (left->mtime_ns < right->mtime_ns) - (left->mtime_ns > right->mtime_ns);
}

static void tidy(const struct file *folder)
{
    struct fault f = {};
    struct tidying t = { .folder = folder, .sets = calloc(NAMES_MAX, sizeof *t.sets) };
    if (t.sets == NULL) return;
    ignore(dir_list(folder, "", look, &t, &f), "the next one tries again");
    qsort(t.sets, t.count, sizeof *t.sets, newest_first);
    uint64_t bytes = 0;
    for (size_t i = 0; i < t.count; i++) {
        bytes += t.sets[i].size;
        if (i < RULES_FOLDER_FILES_MAX && bytes <= RULES_FOLDER_BYTES_MAX) continue;
        ignore(dir_remove(folder, t.sets[i].name, &f), "another may have removed it");
    }
    free(t.sets);
}

status rules_folder_write(const struct file *folder, const char *name, slice bytes, struct fault *f)
{
    uint8_t random[RANDOM_BYTES];
    char fresh[RULES_FOLDER_NAME_BYTES] = {};
    struct file file = { .fd = -1 };
    TRY(random_bytes(random, sizeof random));
    struct writer w = writer_of(fresh, sizeof fresh - 1);
    writer_text(&w, new_prefix);
    writer_hex(&w, (slice){ random, sizeof random });
    TRY(file_open(folder, fresh, FILE_WRITE | FILE_FRESH, &file, f));
    status s = file_write(&file, 0, bytes, f);
    file_close(&file);
    if (s.code == E_OK) s = dir_rename(folder, fresh, name, f);
    if (s.code != E_OK) {
        struct fault unused = {};
        ignore(dir_remove(folder, fresh, &unused), "what is left is removed an hour later");
        return s;
    }
    tidy(folder);
    return OK;
}
