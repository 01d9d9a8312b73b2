/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/store_ram.h"

#include <pthread.h>
#include <stdio.h>
#include "tests/cm.h"
#include "tests/fail.h"
#include "tests/ledger/log.h"
#include "tests/ledger/store_any.h"

static struct store store;
static struct fault fault;

static int open_store(void **)
{
    assert_ok(store_ram_open(&store, &fault));
    return 0;
}

static int close_store(void **)
{
    store_ram_close(&store);
    assert_null(store.self);
    store_ram_close(&store);
    return 0;
}

static int open_file(const char *name, unsigned flags)
{
    return store_any_open(&store, name, flags);
}

static void expect(const struct store *s, const char *name, const char *text)
{
    uint8_t got[100] = {};
    size_t len = 0;
    const int h = store_any_open(s, name, STORE_READ);
    assert_ok(s->ops->read(s->self, h, 0, got, sizeof got, &len, &fault));
    assert_int_equal(len, strlen(text));
    assert_memory_equal(got, text, len);
    s->ops->close(s->self, h);
}

static void every_operation_reaches_the_file(void **)
{
    store_any_operations(&store);
}

static void an_open_file_outlives_its_name(void **)
{
    const struct store_ops *ops = store.ops;
    const int old = open_file("a", STORE_WRITE | STORE_FRESH);
    assert_ok(ops->write(store.self, old, 0, slice_text("old"), &fault));
    const int fresh = open_file("b", STORE_WRITE | STORE_CREATE);
    assert_ok(ops->write(store.self, fresh, 0, slice_text("fresh"), &fault));
    assert_ok(ops->rename(store.self, "b", "a", &fault));
    expect(&store, "a", "fresh");
    uint8_t got[3];
    size_t len = 0;
    assert_ok(ops->read(store.self, old, 0, got, sizeof got, &len, &fault));
    assert_memory_equal(got, "old", 3);
    assert_ok(ops->rename(store.self, "a", "a", &fault));
    assert_ok(ops->remove(store.self, "a", &fault));
    assert_ok(ops->write(store.self, fresh, 0, slice_text("still"), &fault));
    assert_fails(ops->remove(store.self, "a", &fault), E_NOT_FOUND);
    assert_fails(ops->rename(store.self, "b", "a", &fault), E_NOT_FOUND);
    ops->close(store.self, old);
    ops->close(store.self, fresh);
}

static void failures_are_named_and_leave_no_handle(void **)
{
    const struct store_ops *ops = store.ops;
    int h = -1;
    char name[STORE_NAME_MAX + 2];
    memset(name, 'n', sizeof name);
    name[STORE_NAME_MAX + 1] = '\0';
    assert_fails(ops->open(store.self, "none", STORE_WRITE, &h, &fault), E_NOT_FOUND);
    assert_string_equal(fault.text, "none: no such file");
    assert_fails(ops->open(store.self, "log/a", STORE_WRITE | STORE_FRESH, &h, &fault),
                 E_NOT_FOUND);
    assert_fails(ops->open(store.self, name, STORE_WRITE | STORE_FRESH, &h, &fault), E_LIMIT);
    assert_fails(ops->make_dir(store.self, name, &fault), E_LIMIT);
    assert_ok(ops->make_dir(store.self, "log", &fault));
    assert_fails(ops->open(store.self, "log", STORE_READ, &h, &fault), E_IO);
    assert_fails(ops->rename(store.self, "log", "b", &fault), E_IO);
    assert_int_equal(h, -1);
    ops->close(store.self, open_file("log/a", STORE_WRITE | STORE_FRESH));
    assert_fails(ops->open(store.self, "log/a", STORE_WRITE | STORE_FRESH, &h, &fault), E_EXISTS);
    assert_fails(ops->make_dir(store.self, "log/a", &fault), E_EXISTS);
    assert_fails(ops->rename(store.self, "log/a", "log", &fault), E_IO);
    h = open_file("log/a", STORE_WRITE);
    assert_fails(ops->write(store.self, h, UINT64_MAX, slice_text("ab"), &fault), E_FULL);
    assert_fails(ops->reserve(store.self, h, UINT64_MAX, 2, &fault), E_FULL);
    assert_fails(ops->truncate(store.self, h, UINT64_MAX, &fault), E_FULL);
    for (size_t i = 1; i < STORE_OPEN_FILES_MAX; i++)
        open_file("log/a", STORE_READ);
    assert_fails(ops->open(store.self, "log/a", STORE_READ, &h, &fault), E_LIMIT);
}

static void names_are_listed_by_folder_in_order(void **)
{
    static const char *const names[] = { "log/b", "log/a", "log-2", "log/in/x", "log/.hidden" };
    char found[STORE_ANY_NAMES_BYTES] = "";
    assert_ok(store.ops->make_dir(store.self, "log", &fault));
    assert_ok(store.ops->make_dir(store.self, "log/in", &fault));
    for (size_t i = 0; i < COUNT_OF(names); i++)
        store.ops->close(store.self, open_file(names[i], STORE_WRITE | STORE_FRESH));
    assert_ok(store_any_list(&store, "log", found));
    assert_string_equal(found, "a b ");
    assert_ok(store_any_list(&store, "", found));
    assert_string_equal(found, "log-2 ");
    store.ops->close(store.self, open_file("a", STORE_WRITE | STORE_FRESH));
    store.ops->close(store.self, open_file("stop", STORE_WRITE | STORE_FRESH));
    store.ops->close(store.self, open_file("t", STORE_WRITE | STORE_FRESH));
    assert_fails(store_any_list(&store, "", found), E_CANCELLED);
    assert_string_equal(found, "a log-2 stop ");
}

static void a_copy_is_apart_from_its_original(void **)
{
    struct store copy = {};
    assert_ok(store.ops->make_dir(store.self, "log", &fault));
    const int h = open_file("log/a", STORE_WRITE | STORE_FRESH);
    assert_ok(store.ops->write(store.self, h, 0, slice_text("one"), &fault));
    store.ops->close(store.self, open_file("empty", STORE_WRITE | STORE_FRESH));
    assert_ok(store_ram_copy(&store, &copy, &fault));
    assert_ok(store.ops->write(store.self, h, 0, slice_text("two"), &fault));
    expect(&store, "log/a", "two");
    expect(&copy, "log/a", "one");
    expect(&copy, "empty", "");
    store_ram_close(&copy);
}

static void attempt(void *)
{
    struct store one = {};
    struct store two = {};
    int h = -1;
    status s = store_ram_open(&one, &fault);
    if (s.code == E_OK) s = one.ops->make_dir(one.self, "d", &fault);
    if (s.code == E_OK) s = one.ops->open(one.self, "d/a", STORE_WRITE | STORE_FRESH, &h, &fault);
    if (s.code == E_OK) s = one.ops->write(one.self, h, 0, slice_text("x"), &fault);
    if (s.code == E_OK) s = one.ops->rename(one.self, "d/a", "d/b", &fault);
    if (s.code == E_OK) s = store_ram_copy(&one, &two, &fault);
    assert_int_equal(s.code, fail_happened() ? E_NOMEM : E_OK);
    store_ram_close(&one);
    store_ram_close(&two);
}

static void every_allocation_may_fail(void **)
{
    assert_true(fail_each_allocation(attempt, NULL) > 5);
}

enum { THREADS = 4, ROUNDS = 2000 };

static void *work(void *number)
{
    const size_t me = *(const size_t *)number;
    char name[32];
    struct fault f = {};
    snprintf(name, sizeof name, "log/%zu", me);
    for (uint32_t i = 0; i < ROUNDS; i++) {
        uint8_t bytes[4];
        uint8_t got[4];
        size_t len = 0;
        int h = -1;
        put_u32(bytes, i);
        if (store.ops->open(store.self, name, STORE_WRITE | STORE_CREATE, &h, &f).code != E_OK ||
            store.ops->write(store.self, h, i * 4, (slice){ bytes, 4 }, &f).code != E_OK ||
            store.ops->read(store.self, h, i * 4, got, 4, &len, &f).code != E_OK || len != 4 ||
            get_u32(got) != i) {
            return NULL;
        }
        store.ops->close(store.self, h);
    }
    return number;
}

static void threads_do_not_meet(void **)
{
    pthread_t threads[THREADS];
    size_t numbers[THREADS];
    assert_ok(store.ops->make_dir(store.self, "log", &fault));
    for (size_t i = 0; i < THREADS; i++) {
        numbers[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, work, &numbers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *result = NULL;
        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_ptr_equal(result, &numbers[i]);
    }
}

static void a_log_lives_in_it(void **)
{
    struct signer *s = NULL;
    struct ledger *l = NULL;
    log_create(&store);
    for (uint64_t round = 0; round < 3; round++) {
        log_open(&store, &s, &l);
        log_check(l, s, 1000 * round);
        log_append(l, s, 1000 * round, 1000, 300);
        ledger_close(l);
        signer_free(s);
    }
}

static void random_and_clock_are_those_of_the_machine(void **)
{
    uint8_t one[16] = {};
    uint8_t two[16] = {};
    assert_ok(store.ops->random(store.self, one, sizeof one, &fault));
    assert_ok(store.ops->random(store.self, two, sizeof two, &fault));
    assert_memory_not_equal(one, two, sizeof one);
    assert_true(store.ops->now_ns(store.self) > INT64_C(1'700'000'000'000'000'000));
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, open_store, close_store)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(every_operation_reaches_the_file),
        WITH_STORE(an_open_file_outlives_its_name),
        WITH_STORE(failures_are_named_and_leave_no_handle),
        WITH_STORE(names_are_listed_by_folder_in_order),
        WITH_STORE(a_copy_is_apart_from_its_original),
        cmocka_unit_test(every_allocation_may_fail),
        WITH_STORE(threads_do_not_meet),
        WITH_STORE(a_log_lives_in_it),
        WITH_STORE(random_and_clock_are_those_of_the_machine),
    };
    return cmocka_run_group_tests_name("ledger/store_ram", tests, NULL, NULL);
}
