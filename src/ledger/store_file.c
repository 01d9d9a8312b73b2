/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/store_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/bytes.h"
#include "os/failpoint.h"
#include "base/banned.h"

status store_file_exists(const struct store *s, const char *name, bool *ret_exists, struct fault *f)
{
    struct fault why = {};
    int file = -1;
    const status opened = s->ops->open(s->self, name, STORE_READ, &file, &why);
    *ret_exists = opened.code == E_OK;
    if (opened.code == E_OK) s->ops->close(s->self, file);
    if (opened.code == E_OK || opened.code == E_NOT_FOUND) return OK;
    *f = why;
    return opened;
}

status store_file_read(const struct store *s, const char *name, uint8_t *ret_bytes, size_t cap,
                       size_t *ret_len, struct fault *f)
{
    int file = -1;
    uint64_t size = 0;
    TRY(s->ops->open(s->self, name, STORE_READ, &file, f));
    status result = s->ops->size(s->self, file, &size, f);
    if (result.code == E_OK && size > cap) {
        result = fault_set(f, FAIL(E_LIMIT), "%s: %llu bytes, at most %zu expected", name,
                           (unsigned long long)size, cap);
    }
    if (result.code == E_OK) result = s->ops->read(s->self, file, 0, ret_bytes, cap, ret_len, f);
    s->ops->close(s->self, file);
    return result;
}

static status load(const struct store *s, int file, const char *name, size_t len_max,
                   uint8_t **ret_bytes, size_t *ret_len, struct fault *f)
{
    uint64_t size = 0;
    TRY(s->ops->size(s->self, file, &size, f));
    if (size > len_max) {
        return fault_set(f, FAIL(E_LIMIT), "%s: %llu bytes, at most %zu expected", name,
                         (unsigned long long)size, len_max);
    }
    uint8_t *bytes = malloc(size + 1);
    if (bytes == NULL) return fault_set(f, FAIL(E_NOMEM), "%s: out of memory", name);
    const status done = s->ops->read(s->self, file, 0, bytes, size, ret_len, f);
    if (done.code != E_OK) {
        free(bytes);
        return done;
    }
    *ret_bytes = bytes;
    return OK;
}

status store_file_load(const struct store *s, const char *name, size_t len_max, uint8_t **ret_bytes,
                       size_t *ret_len, struct fault *f)
{
    int file = -1;
    TRY(s->ops->open(s->self, name, STORE_READ, &file, f));
    const status done = load(s, file, name, len_max, ret_bytes, ret_len, f);
    s->ops->close(s->self, file);
    return done;
}

static status write_file(const struct store *s, const char *name, unsigned flags, slice bytes,
                         bool durable, struct fault *f)
{
    int file = -1;
    TRY(s->ops->open(s->self, name, flags, &file, f));
    status result = s->ops->truncate(s->self, file, 0, f);
    if (result.code == E_OK) result = s->ops->write(s->self, file, 0, bytes, f);
    if (result.code == E_OK && durable) result = s->ops->sync(s->self, file, f);
    s->ops->close(s->self, file);
    return result;
}

status store_file_create(const struct store *s, const char *name, slice bytes, struct fault *f)
{
    return write_file(s, name, STORE_WRITE | STORE_FRESH, bytes, true, f);
}

static status replace(const struct store *s, const char *name, slice bytes, bool durable,
                      struct fault *f)
{
    char fresh[STORE_NAME_MAX + 1];
    const int len = snprintf(fresh, sizeof fresh, "%s.new", name);
    if (len < 0 || (size_t)len >= sizeof fresh) {
        return fault_set(f, FAIL(E_LIMIT), "%s: name too long", name);
    }
    failpoint("file-write");
    TRY(write_file(s, fresh, STORE_WRITE | STORE_CREATE, bytes, durable, f));
    failpoint("file-rename");
    TRY(s->ops->rename(s->self, fresh, name, f));
    failpoint("file-renamed");
    return OK;
}

status store_file_replace(const struct store *s, const char *name, slice bytes, struct fault *f)
{
    char folder[STORE_NAME_MAX + 1] = "";
    const char *end = strrchr(name, '/');
    if (end != NULL) {
        bytes_copy(folder, sizeof folder - 1,
                   (slice){ (const uint8_t *)name, (size_t)(end - name) });
    }
    TRY(replace(s, name, bytes, true, f));
    return s->ops->sync_dir(s->self, folder, f);
}

status store_file_publish(const struct store *s, const char *name, slice bytes, struct fault *f)
{
    return replace(s, name, bytes, false, f);
}
