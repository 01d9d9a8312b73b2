/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/detect/pool.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>
#include "tests/cm.h"

enum { SLOTS = 5, ROUNDS = 300 };

/* A slot holds a number; work adds to it, the turn checks the order. */
struct sum {
    struct pool *pool;
    unsigned input[SLOTS], worked[SLOTS];
    unsigned next;       /* what the next turn must see */
    atomic_uint at_once; /* in turn or between await_turn and turn: never above 1 */
    atomic_uint in_work; /* now */
    unsigned chain;      /* guarded by after_previous */
    unsigned fail_at;    /* the number at which work fails; 0: none */
    bool fail_in_turn;
    unsigned seed;
};

static status work(void *with, size_t thread, size_t slot)
{
    struct sum *s = with;
    const unsigned n = s->input[slot];
    assert_true(thread < 7);
    assert_true(atomic_fetch_add(&s->in_work, 1) < 7);
    if (n * 7919 % 5 == 0) usleep(n * 104729 % 300);
    s->worked[slot] = n + 1000;
    if (n % 3 == 1) assert_int_equal(++s->chain, n / 3 + 1); /* one behind the other */
    if (s->fail_at != 0 && s->fail_at == n && !s->fail_in_turn) return FAIL(E_NOMEM);
    if (n % 4 == 2 && pool_await_turn(s->pool, slot).code == E_OK) {
        assert_int_equal(atomic_fetch_add(&s->at_once, 1), 0);
        assert_int_equal(s->next, n);
        atomic_fetch_sub(&s->at_once, 1);
    }
    atomic_fetch_sub(&s->in_work, 1);
    return OK;
}

static status turn(void *with, size_t slot)
{
    struct sum *s = with;
    assert_int_equal(atomic_fetch_add(&s->at_once, 1), 0);
    assert_int_equal(s->worked[slot], s->input[slot] + 1000);
    assert_int_equal(s->next, s->input[slot]);
    s->next++;
    atomic_fetch_sub(&s->at_once, 1);
    return s->fail_in_turn && s->fail_at == s->input[slot] ? FAIL(E_IO) : OK;
}

static status run(struct sum *s, size_t threads, size_t slots)
{
    const struct pool_config config = { threads, slots, work, turn, s };
    assert_ok(pool_new(&config, &s->pool));
    status taken = OK;
    for (unsigned n = 0; n < ROUNDS && taken.code == E_OK; n++) {
        size_t slot = 0;
        taken = pool_take(s->pool, &slot);
        if (taken.code != E_OK) break;
        s->input[slot] = n;
        /* numbers 1, 4, 7 … hang together through those between them */
        pool_give(s->pool, n > 1);
        if (n % 100 == 50) pool_help(s->pool);
    }
    const status ended = pool_end(s->pool);
    pool_free(s->pool);
    assert_true(taken.code == E_OK || taken.code == ended.code);
    return ended;
}

static void every_slot_is_worked_and_has_its_turn_in_order(void **)
{
    static const size_t threads[] = { 1, 2, 3, 7 };
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        for (size_t slots = 1; slots <= SLOTS; slots++) {
            struct sum s = {};
            assert_ok(run(&s, threads[i], slots));
            assert_int_equal(s.next, ROUNDS);
        }
    }
}

static void the_first_failure_ends_everything(void **)
{
    for (size_t threads = 1; threads <= 3; threads++) {
        struct sum s = { .fail_at = 100 };
        assert_int_equal(run(&s, threads, SLOTS).code, E_NOMEM);
        assert_int_equal(s.next, 100);
        s = (struct sum){ .fail_at = 100, .fail_in_turn = true };
        assert_int_equal(run(&s, threads, SLOTS).code, E_IO);
        assert_int_equal(s.next, 101);
    }
}

static status parallel_work(void *with, size_t, size_t)
{
    struct sum *s = with;
    atomic_fetch_add(&s->in_work, 1);
    while (atomic_load(&s->in_work) < 3)
        usleep(100); /* would never end if fewer than three worked at once */
    return OK;
}

static status parallel_turn(void *, size_t)
{
    return OK;
}

static void slots_are_worked_on_at_once(void **)
{
    struct sum s = {};
    const struct pool_config config = { 3, SLOTS, parallel_work, parallel_turn, &s };
    assert_ok(pool_new(&config, &s.pool));
    for (unsigned n = 0; n < 3; n++) {
        size_t slot = 0;
        assert_ok(pool_take(s.pool, &slot));
        pool_give(s.pool, false);
    }
    assert_ok(pool_end(s.pool));
    pool_free(s.pool);
}

static void a_pool_can_be_left_without_its_end(void **)
{
    struct sum s = {};
    const struct pool_config config = { 3, SLOTS, work, turn, &s };
    assert_ok(pool_new(&config, &s.pool));
    for (unsigned n = 0; n < SLOTS; n++) {
        size_t slot = 0;
        assert_ok(pool_take(s.pool, &slot));
        s.input[slot] = n;
        if (n < SLOTS - 1) pool_give(s.pool, true); /* the last one stays taken */
    }
    pool_free(s.pool);
    pool_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_slot_is_worked_and_has_its_turn_in_order),
        cmocka_unit_test(the_first_failure_ends_everything),
        cmocka_unit_test(slots_are_worked_on_at_once),
        cmocka_unit_test(a_pool_can_be_left_without_its_end),
    };
    return cmocka_run_group_tests_name("cmd/pool", tests, NULL, NULL);
}
