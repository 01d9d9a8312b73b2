/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/store_fs.h"

#include <stdio.h>
#include "ledger/store_file.h"
#include "tests/cm.h"
#include "tests/fail.h"
#include "tests/ledger/store_any.h"

static struct store store;
static struct fault fault;

static int open_store(void **)
{
    fault = (struct fault){ "" };
    assert_ok(store_fs_open(test_folder(), &store, &fault));
    return 0;
}

static int close_store(void **)
{
    store_fs_close(&store);
    assert_null(store.self);
    store_fs_close(&store);
    return 0;
}

static int open_file(const char *name, unsigned flags)
{
    return store_any_open(&store, name, flags);
}

static void every_operation_reaches_the_file(void **)
{
    store_any_operations(&store);
}

static void failures_are_named_and_leave_no_handle(void **)
{
    const struct store_ops *ops = store.ops;
    int handle = -1;
    char name[STORE_NAME_MAX + 2];
    memset(name, 'n', sizeof name);
    name[STORE_NAME_MAX + 1] = '\0';
    assert_fails(ops->open(store.self, "none", STORE_READ, &handle, &fault), E_NOT_FOUND);
    assert_non_null(strstr(fault.text, "/none: No such file"));
    assert_fails(ops->open(store.self, name, STORE_WRITE | STORE_FRESH, &handle, &fault), E_LIMIT);
    assert_fails(ops->rename(store.self, "a", name, &fault), E_LIMIT);
    assert_fails(ops->rename(store.self, name, "a", &fault), E_LIMIT);
    assert_fails(ops->remove(store.self, name, &fault), E_LIMIT);
    assert_fails(ops->make_dir(store.self, name, &fault), E_LIMIT);
    assert_fails(ops->open(store.self, "../x", STORE_READ, &handle, &fault), E_VALUE);
    assert_int_equal(handle, -1);
    ops->close(store.self, open_file("a", STORE_WRITE | STORE_FRESH));
    assert_fails(ops->open(store.self, "a", STORE_WRITE | STORE_FRESH, &handle, &fault), E_EXISTS);
}

static void the_last_handle_is_the_limit_and_a_closed_one_returns(void **)
{
    int handles[STORE_OPEN_FILES_MAX], more = -1;
    for (size_t i = 0; i < COUNT_OF(handles); i++) {
        handles[i] = open_file("a", STORE_WRITE | STORE_CREATE);
        for (size_t j = i; j-- > 0;)
            assert_int_not_equal(handles[i], handles[j]);
    }
    assert_fails(store.ops->open(store.self, "a", STORE_READ, &more, &fault), E_LIMIT);
    bool is_there = true;
    assert_fails(store_file_exists(&store, "a", &is_there, &fault), E_LIMIT);
    assert_false(is_there);
    store.ops->close(store.self, handles[100]);
    assert_int_equal(open_file("a", STORE_READ), handles[100]);
}

static void listing_randomness_and_time(void **)
{
    char names[STORE_ANY_NAMES_BYTES] = "";
    uint8_t first[32] = { 0 }, second[32] = { 0 };
    store.ops->close(store.self, open_file("b", STORE_WRITE | STORE_FRESH));
    store.ops->close(store.self, open_file("a", STORE_WRITE | STORE_FRESH));
    assert_ok(store_any_list(&store, "", names));
    assert_string_equal(names, "a b ");
    assert_ok(store.ops->random(store.self, first, sizeof first, &fault));
    assert_ok(store.ops->random(store.self, second, sizeof second, &fault));
    assert_memory_not_equal(first, second, sizeof first);
    assert_true(store.ops->now_ns(store.self) > INT64_C(1'700'000'000'000'000'000));
}

static void open_attempt(void *with)
{
    struct store other = { 0 };
    const status s = store_fs_open(with, &other, &fault);
    assert_int_equal(s.code, fail_happened() ? E_NOMEM : E_OK);
    store_fs_close(&other);
}

static void opening_fails_cleanly(void **)
{
    struct store other = { 0 };
    assert_fails(store_fs_open("/nowhere/at/all", &other, &fault), E_NOT_FOUND);
    assert_null(other.self);
    char path[200];
    snprintf(path, sizeof path, "%s", test_folder());
    assert_int_equal(fail_each_allocation(open_attempt, path), 1);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, open_store, close_store)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(every_operation_reaches_the_file),
        WITH_STORE(failures_are_named_and_leave_no_handle),
        WITH_STORE(the_last_handle_is_the_limit_and_a_closed_one_returns),
        WITH_STORE(listing_randomness_and_time),
        cmocka_unit_test(opening_fails_cleanly),
    };
    return cmocka_run_group_tests_name("ledger/store_fs", tests, NULL, NULL);
}
