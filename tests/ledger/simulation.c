/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger and the signer on a simulated disk (sim/world.h says what is checked).
 *
 * CANDOR_SIM_SEED=N runs the one life of that seed, CANDOR_SIM_LIVES=N that many lives,
 * CANDOR_SIM_ROLLING=N that many of a log whose segments end.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "sim/world.h"
#include "tests/cm.h"

/* Instrumented code is ten times slower: there only an eighth is gone through. */
#ifdef CANDOR_ASAN
enum { LIVES = 25, STRIDE = 16 };
#else
enum { LIVES = 200, STRIDE = 1 };
#endif
enum { ROLLING_LIVES = 1, SESSIONS = 12, OPERATIONS_MAX = 5000 };

static const char *const fault_names[DISK_FAULTS] = { "none", "power cut", "kill",
                                                      "full", "i/o error", "fsync" };

static struct {
    uint64_t restarts;
    uint64_t crashes[DISK_FAULTS];
} totals;

static uint64_t from_environment(const char *name, uint64_t fallback)
{
    const char *text = getenv(name);
    return text == NULL ? fallback : strtoull(text, NULL, 10);
}

/* Frees a world whose promises must have held; one line says how to have the failure again. */
static void world_end(struct world *w, uint64_t seed, const char *what, uint64_t step)
{
    char broken[sizeof w->broken];
    bytes_copy(broken, sizeof broken, (slice){ (const uint8_t *)w->broken, sizeof w->broken });
    totals.restarts += w->restarts;
    for (size_t i = 0; i < DISK_FAULTS; i++)
        totals.crashes[i] += w->crashes[i];
    world_free(w);
    if (broken[0] == '\0') return;
    fail_msg("seed %" PRIu64 ", %s at step %" PRIu64 ": %s", seed, what, step, broken);
}

static void print_totals(const char *what)
{
    printf("# %s: %" PRIu64 " restarts", what, totals.restarts);
    for (size_t i = 1; i < DISK_FAULTS; i++)
        printf(", %s %" PRIu64, fault_names[i], totals.crashes[i]);
    printf("\n");
    memset(&totals, 0, sizeof totals);
}

/* The life of a node that works: two runs of a few batches. */
static status short_life(struct world *w, struct fault *f)
{
    const struct world_load first = { .batches = 3, .records_max = 40, .pipelined = true };
    const struct world_load second = { .batches = 2, .records_max = 5, .pipelined = false };
    TRY(world_start(w, f));
    TRY(world_append(w, &first, f));
    world_stop(w);
    TRY(world_start(w, f));
    TRY(world_append(w, &second, f));
    world_stop(w);
    return OK;
}

/* Whatever happened: the node comes up, goes on, and holds its promises also after the machine
 * loses its cache. */
static void aftermath(struct world *w, bool power_cut)
{
    const struct world_load more = { .batches = 2, .records_max = 3, .pipelined = true };
    struct fault f = {};
    world_restart(w, power_cut);
    world_recover(w);
    status s = world_start(w, &f);
    if (s.code == E_OK) s = world_append(w, &more, &f);
    if (s.code != E_OK) world_break(w, "the node does not go on: %s", f.text);
    world_restart(w, true);
    world_recover(w);
}

/* A world to begin with, and what its node then does. */
struct scenario {
    struct world *base;
    status (*run)(struct world *w, struct fault *f);
    uint64_t seed;
};

/* Runs the scenario once for every operation (or STRIDE of them) that can have the fault, with the
 * fault there. */
static void at_every_operation(const struct scenario *of, enum disk_fault fault, bool power_cut)
{
    for (uint64_t k = fault % STRIDE; k < OPERATIONS_MAX; k += STRIDE) {
        const uint64_t seed = of->seed + k;
        struct world *w = world_copy(of->base, seed);
        struct fault f = {};
        disk_plan(w->disk, k, fault);
        const status s = of->run(w, &f);
        const bool struck = disk_struck(w->disk) != DISK_NO_FAULT;
        if (struck) k = disk_struck_at(w->disk);
        if (struck && fault == DISK_FULL && s.code != E_OK) {
            world_break(w, "a full disk stopped the node: %s", f.text);
        }
        if (!struck && s.code != E_OK) world_break(w, "failed without a fault: %s", f.text);
        aftermath(w, power_cut);
        world_end(w, seed, fault_names[fault], k);
        if (!struck) return;
    }
    fail_msg("more than %d operations", OPERATIONS_MAX);
}

static void with_every_fault_at_every_operation(const struct scenario *of)
{
    at_every_operation(of, DISK_POWER_CUT, true);
    at_every_operation(of, DISK_KILL, false);
    at_every_operation(of, DISK_FULL, false);
    at_every_operation(of, DISK_IO, false);
    at_every_operation(of, DISK_IO, true);
    at_every_operation(of, DISK_FSYNC, true);
    at_every_operation(of, DISK_FSYNC, false); /* here the cache lives on, and lies */
}

static void anything_may_happen_at_every_operation(void **)
{
    const struct scenario of = { world_new(1), short_life, 1000 };
    with_every_fault_at_every_operation(&of);
    world_free(of.base);
    print_totals("short life");
}

/* A world whose node lost its power while it wrote a batch. */
static struct world *interrupted(uint64_t seed)
{
    const struct world_load load = { .batches = 3, .records_max = 30, .pipelined = true };
    struct world *w = world_new(seed);
    struct fault f = {};
    status s = world_start(w, &f);
    if (s.code == E_OK) s = world_append(w, &load, &f);
    if (s.code != E_OK) fail_msg("%s", f.text);
    disk_plan(w->disk, disk_operations(w->disk) + chance_below(&w->chance, 6), DISK_POWER_CUT);
    ignore(world_append(w, &load, &f), "the power goes");
    world_restart(w, true);
    return w;
}

static status only_start(struct world *w, struct fault *f)
{
    return world_start(w, f);
}

static void anything_may_happen_while_it_recovers(void **)
{
    for (uint64_t seed = 20; seed < 22; seed++) {
        const struct scenario of = { interrupted(seed), only_start, 1000 * seed };
        with_every_fault_at_every_operation(&of);
        world_free(of.base);
    }
    print_totals("recovery");
}

/* The disk fills up byte by byte, wherever that may hit, and space returns. */
static void a_disk_may_fill_up_at_any_byte(void **)
{
    struct world *base = world_new(3);
    for (uint64_t capacity = 0; capacity < 320 * 1024; capacity += ALLOCATION_BYTES) {
        struct world *w = world_copy(base, 3000 + capacity);
        struct fault f = {};
        disk_set_capacity(w->disk, capacity);
        const status s = short_life(w, &f);
        if (s.code != E_OK) world_break(w, "a full disk stopped the node: %s", f.text);
        aftermath(w, true);
        world_end(w, 3000 + capacity, "capacity", capacity);
    }
    world_free(base);
    print_totals("capacity");
}

static int64_t some_time(struct chance *c)
{
    static const int64_t times[] = { 0, -1, INT64_MIN / 2, INT64_MAX / 2,
                                     INT64_C(1'767'225'600'000'000'000) };
    return times[chance_below(c, COUNT_OF(times))];
}

/* One session of a life with trouble of every kind, crashes during recovery included. */
static void session(struct world *w)
{
    const struct world_load load = {
        .batches = (uint32_t)(1 + chance_below(&w->chance, 8)),
        .records_max = (uint32_t)(1 + chance_below(&w->chance, 300)),
        .pipelined = chance_one_in(&w->chance, 2),
        .zstd_level = 0,
    };
    struct fault f = {};
    if (chance_one_in(&w->chance, 4)) disk_set_clock(w->disk, some_time(&w->chance));
    disk_trouble(w->disk, 20 + chance_below(&w->chance, 200));
    status s = world_start(w, &f);
    if (s.code == E_OK) s = world_append(w, &load, &f);
    if (s.code != E_OK && disk_struck(w->disk) == DISK_NO_FAULT) {
        world_break(w, "failed without a fault: %s", f.text);
    }
    if (chance_one_in(&w->chance, 2)) world_stop(w);
    world_restart(w, chance_one_in(&w->chance, 2));
    if (chance_one_in(&w->chance, 2)) world_recover(w);
}

static void life(struct world *w, uint64_t seed)
{
    uint64_t step = 0;
    for (; step < SESSIONS && w->broken[0] == '\0'; step++)
        session(w);
    aftermath(w, true);
    world_end(w, seed, "life", step);
}

static void lives_full_of_trouble(void **)
{
    const uint64_t one = from_environment("CANDOR_SIM_SEED", 0);
    const uint64_t count = from_environment("CANDOR_SIM_LIVES", LIVES);
    for (uint64_t i = 0; i < (one == 0 ? count : 1); i++) {
        const uint64_t seed = one == 0 ? 1'000'000 + i : one;
        life(world_new(seed), seed);
    }
    print_totals("lives");
}

#define RAW (1ull << (FIELD_event_raw - 1))

/* A node that erases: a record, fields of some, one again, and whole blocks; records come between.
 */
static status erasing_life(struct world *w, struct fault *f)
{
    const struct world_load load = { .batches = 1, .records_max = 5, .pipelined = false };
    TRY(world_start(w, f));
    TRY(world_erase(w, (struct erased_item){ 2, 1, ERASED_WHOLE }, f));
    TRY(world_append(w, &load, f));
    TRY(world_erase(w, (struct erased_item){ 1, 9, RAW }, f));
    world_stop(w);
    TRY(world_start(w, f));
    TRY(world_erase(w, (struct erased_item){ 2, 20, ERASED_WHOLE }, f));
    world_stop(w);
    return OK;
}

static void anything_may_happen_while_it_erases(void **)
{
    const struct world_load load = { .batches = 4, .records_max = 12, .pipelined = true };
    const struct scenario of = { world_new(5), erasing_life, 5'000'000 };
    struct fault f = {};
    status s = world_start(of.base, &f);
    while (s.code == E_OK && of.base->acked_count < 30)
        s = world_append(of.base, &load, &f);
    if (s.code != E_OK) fail_msg("%s", f.text);
    world_stop(of.base);
    disk_restart(of.base->disk, true);
    with_every_fault_at_every_operation(&of);
    world_free(of.base);
    print_totals("erasures");
}

/* A log just before the end of its first segment, made once. */
static struct world *nearly_full(void)
{
    const struct world_load load = { .batches = 9, .records_max = 1, .pipelined = false };
    struct world *w = world_new(77);
    struct fault f = {};
    status s = world_start(w, &f);
    if (s.code == E_OK) s = world_fill(w, 65536 - 40, &f);
    if (s.code == E_OK) s = world_append(w, &load, &f);
    if (s.code != E_OK) fail_msg("%s", f.text);
    world_stop(w);
    disk_restart(w->disk, true);
    return w;
}

static status roll(struct world *w, struct fault *f)
{
    const struct world_load load = { .batches = 4, .records_max = 20, .pipelined = true };
    TRY(world_start(w, f));
    TRY(world_append(w, &load, f));
    world_stop(w);
    return world_start(w, f);
}

static void lives_where_a_segment_ends(void **)
{
    const uint64_t count = from_environment("CANDOR_SIM_ROLLING", ROLLING_LIVES);
    if (count == 0) return;
    const struct scenario of = { nearly_full(), roll, 4'000'000 };
    for (uint64_t i = 0; i < count; i++)
        life(world_copy(of.base, 2'000'000 + i), 2'000'000 + i);
    if (count > ROLLING_LIVES) with_every_fault_at_every_operation(&of);
    world_free(of.base);
    print_totals("segments");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(anything_may_happen_at_every_operation),
        cmocka_unit_test(anything_may_happen_while_it_recovers),
        cmocka_unit_test(anything_may_happen_while_it_erases),
        cmocka_unit_test(a_disk_may_fill_up_at_any_byte),
        cmocka_unit_test(lives_full_of_trouble),
        cmocka_unit_test(lives_where_a_segment_ends),
    };
    const struct CMUnitTest one_life[] = { cmocka_unit_test(lives_full_of_trouble) };
    if (getenv("CANDOR_SIM_SEED") != NULL) {
        return cmocka_run_group_tests_name("ledger/simulation", one_life, NULL, NULL);
    }
    return cmocka_run_group_tests_name("ledger/simulation", tests, NULL, NULL);
}
