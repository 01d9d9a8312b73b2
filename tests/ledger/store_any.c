/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/ledger/store_any.h"

#include <stdio.h>
#include "ledger/store_file.h"
#include "tests/cm.h"

static struct fault fault;

int store_any_open(const struct store *s, const char *name, unsigned flags)
{
    int handle = -1;
    assert_ok(s->ops->open(s->self, name, flags, &handle, &fault));
    assert_true(handle >= 0);
    return handle;
}

static void expect(const struct store *s, int h, uint64_t offset, slice want)
{
    uint8_t got[100];
    size_t len = 0;
    assert_ok(s->ops->read(s->self, h, offset, got, want.len, &len, &fault));
    assert_int_equal(len, want.len);
    assert_memory_equal(got, want.at, want.len);
}

void store_any_operations(const struct store *s)
{
    const struct store_ops *ops = s->ops;
    uint8_t got[100];
    size_t len = 0;
    uint64_t size = 0;
    assert_ok(ops->make_dir(s->self, "log", &fault));
    assert_ok(ops->make_dir(s->self, "log", &fault));
    const int h = store_any_open(s, "log/a", STORE_WRITE | STORE_FRESH);
    assert_ok(ops->reserve(s->self, h, 0, 50, &fault));
    assert_ok(ops->write(s->self, h, 10, slice_text("entry"), &fault));
    assert_ok(ops->sync(s->self, h, &fault));
    assert_ok(ops->sync_dir(s->self, "log", &fault));
    assert_ok(ops->sync_dir(s->self, "", &fault));
    assert_ok(ops->drop_cache(s->self, h, &fault));
    assert_ok(ops->read(s->self, h, 8, got, sizeof got, &len, &fault));
    assert_int_equal(len, 42);
    assert_memory_equal(got, "\0\0entry\0", 8);
    assert_ok(ops->read(s->self, h, 51, got, sizeof got, &len, &fault));
    assert_int_equal(len, 0);
    assert_ok(ops->truncate(s->self, h, 12, &fault));
    assert_ok(ops->truncate(s->self, h, 15, &fault));
    assert_ok(ops->size(s->self, h, &size, &fault));
    assert_int_equal(size, 15);
    expect(s, h, 10, (slice){ (const uint8_t *)"en\0\0\0", 5 });
    ops->close(s->self, h);
    assert_ok(ops->rename(s->self, "log/a", "log/b", &fault));
    bool is_there = true;
    assert_ok(store_file_exists(s, "log/a", &is_there, &fault));
    assert_false(is_there);
    assert_ok(store_file_exists(s, "log/b", &is_there, &fault));
    assert_true(is_there);
    const int again = store_any_open(s, "log/b", STORE_READ);
    expect(s, again, 10, slice_text("en"));
    ops->close(s->self, again);
    assert_ok(ops->remove(s->self, "log/b", &fault));
    assert_fails(ops->remove(s->self, "log/b", &fault), E_NOT_FOUND);
}

static status note(void *with, const char *name)
{
    char *names = with;
    const size_t len = strlen(names);
    snprintf(names + len, STORE_ANY_NAMES_BYTES - len, "%s ", name);
    return strcmp(name, "stop") == 0 ? FAIL(E_CANCELLED) : OK;
}

status store_any_list(const struct store *s, const char *folder,
                      char ret_names[STORE_ANY_NAMES_BYTES])
{
    ret_names[0] = '\0';
    return s->ops->list(s->self, folder, note, ret_names, &fault);
}
