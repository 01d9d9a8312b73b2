/* SPDX-License-Identifier: Apache-2.0 */
#include "view/snapshots.h"

#include <stdio.h>
#include <stdlib.h>
#include "ledger/layout.h"
#include "ledger/store_file.h"
#include "ledger/store_ram.h"
#include "tests/cm.h"
#include "view/view.h"

static struct fault fault;

static struct store store_new(void)
{
    struct store s = {};
    assert_ok(store_ram_open(&s, &fault));
    assert_ok(s.ops->make_dir(s.self, LAYOUT_KEYS, &fault));
    assert_ok(s.ops->make_dir(s.self, VIEW_FOLDER, &fault));
    return s;
}

static struct snapshot_head head_of(uint64_t index)
{
    return (struct snapshot_head){ .index = index, .root = { { 1 } }, .rules = { { 2 } } };
}

static void save(const struct store *s, uint64_t index, const char *state)
{
    assert_ok(snapshots_save(s, head_of(index), slice_text(state), &fault));
}

static size_t found(const struct store *s, struct snapshot_found ret_found[SNAPSHOTS])
{
    size_t count = 0;
    snapshots_find(s, ret_found, &count);
    assert_true(count <= SNAPSHOTS);
    return count;
}

static void two_take_turns_and_the_newest_comes_first(void **)
{
    struct store s = store_new();
    struct snapshot_found all[SNAPSHOTS] = {};
    assert_int_equal(found(&s, all), 0);
    for (uint64_t n = 1; n < 8; n++) {
        char text[32];
        snprintf(text, sizeof text, "state %u", (unsigned)n);
        save(&s, n * 100, text);
        assert_int_equal(found(&s, all), n < 2 ? n : 2);
        for (uint64_t back = 0; back < (n < 2 ? 1u : 2u); back++) {
            uint8_t *state = NULL;
            snprintf(text, sizeof text, "state %u", (unsigned)(n - back));
            assert_true(all[back].head.index == (n - back) * 100);
            assert_ok(snapshot_load(&s, &all[back], &state, &fault));
            assert_true(slice_is((slice){ state, all[back].head.state_bytes }, text));
            free(state);
        }
    }
    store_ram_close(&s);
}

/* Whether what is found in the slot is what was saved. */
static bool is_intact(const struct store *s)
{
    struct snapshot_found all[SNAPSHOTS] = {};
    uint8_t *state = NULL;
    if (found(s, all) != 1) return false;
    const bool same = all[0].head.index == 100 && all[0].head.root.bytes[0] == 1 &&
                      all[0].head.rules.bytes[0] == 2;
    if (snapshot_load(s, &all[0], &state, &fault).code != E_OK) return false;
    free(state);
    assert_true(same); /* whatever opens is what was sealed, head and all */
    return true;
}

static void no_bit_may_change_and_no_byte_be_missing(void **)
{
    static const char *const names[] = { VIEW_FOLDER "/0.snapshot", LAYOUT_KEYS "/0.snapshot" };
    struct store s = store_new();
    save(&s, 100, "a state of some length");
    assert_true(is_intact(&s));
    for (size_t n = 0; n < COUNT_OF(names); n++) {
        uint8_t *bytes = NULL;
        size_t len = 0;
        assert_ok(store_file_load(&s, names[n], 4096, &bytes, &len, &fault));
        for (size_t bit = 0; bit < len * 8; bit++) {
            bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_ok(store_file_replace(&s, names[n], (slice){ bytes, len }, &fault));
            assert_false(is_intact(&s));
            bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        for (size_t cut = 0; cut < len; cut++) {
            assert_ok(store_file_replace(&s, names[n], (slice){ bytes, cut }, &fault));
            assert_false(is_intact(&s));
        }
        uint8_t more[512] = {};
        bytes_copy(more, sizeof more, (slice){ bytes, len });
        assert_ok(store_file_replace(&s, names[n], (slice){ more, len + 1 }, &fault));
        assert_false(is_intact(&s));
        assert_ok(store_file_replace(&s, names[n], (slice){ bytes, len }, &fault));
        assert_true(is_intact(&s));
        free(bytes);
    }
    store_ram_close(&s);
}

static status none_but_it(void *, const char *name)
{
    fail_msg("%s is left", name);
    return OK;
}

static void what_is_forgotten_leaves_nothing_half_written_either(void **)
{
    struct store s = store_new();
    const slice some = slice_text("some");
    save(&s, 1, "one");
    save(&s, 2, "two");
    assert_ok(store_file_create(&s, VIEW_FOLDER "/0.snapshot.new", some, &fault));
    assert_ok(store_file_create(&s, LAYOUT_KEYS "/1.snapshot.new", some, &fault));
    assert_ok(snapshots_forget(&s, &fault));
    assert_ok(s.ops->list(s.self, VIEW_FOLDER, none_but_it, NULL, &fault));
    assert_ok(s.ops->list(s.self, LAYOUT_KEYS, none_but_it, NULL, &fault));
    assert_ok(snapshots_forget(&s, &fault));
    store_ram_close(&s);
}

/* A disk that takes so many changes more, and none after them, as after a crash. */
static const struct store_ops *whole;
static int changes_left;

static status change(struct fault *f)
{
    return changes_left-- > 0 ? OK : fault_set(f, FAIL(E_IO), "crashed");
}

static status crash_write(void *self, int handle, uint64_t offset, slice bytes, struct fault *f)
{
    const status s = change(f);
    const slice half = { bytes.at, bytes.len / 2 };
    if (s.code == E_OK) return whole->write(self, handle, offset, bytes, f);
    ignore(whole->write(self, handle, offset, half, f), "it is torn");
    return s;
}

static status crash_sync(void *self, int handle, struct fault *f)
{
    TRY(change(f));
    return whole->sync(self, handle, f);
}

static status crash_rename(void *self, const char *from, const char *to, struct fault *f)
{
    TRY(change(f));
    return whole->rename(self, from, to, f);
}

static status crash_remove(void *self, const char *name, struct fault *f)
{
    TRY(change(f));
    return whole->remove(self, name, f);
}

/* The newest that opens. */
static uint64_t newest_whole(const struct store *s)
{
    struct snapshot_found all[SNAPSHOTS] = {};
    const size_t count = found(s, all);
    for (size_t i = 0; i < count; i++) {
        uint8_t *state = NULL;
        char text[32];
        if (snapshot_load(s, &all[i], &state, &fault).code != E_OK) continue;
        snprintf(text, sizeof text, "state %u", (unsigned)all[i].head.index);
        assert_true(slice_is((slice){ state, all[i].head.state_bytes }, text));
        free(state);
        return all[i].head.index;
    }
    return 0;
}

static void after_a_crash_at_any_step_the_newest_or_the_one_before_is_whole(void **)
{
    bool written = false;
    for (int step = 0; !written; step++) {
        struct store s = store_new();
        save(&s, 100, "state 100");
        save(&s, 200, "state 200");
        struct store_ops ops = *s.ops;
        ops.write = crash_write;
        ops.sync = crash_sync;
        ops.rename = crash_rename;
        ops.remove = crash_remove;
        whole = s.ops;
        changes_left = step;
        const struct store crashing = { &ops, s.self };
        written =
            snapshots_save(&crashing, head_of(300), slice_text("state 300"), &fault).code == E_OK;
        const uint64_t index = newest_whole(&s);
        assert_true(index == 300 || (index == 200 && !written));
        save(&s, 400, "state 400");
        assert_true(newest_whole(&s) == 400);
        assert_true(step < 20);
        changes_left = step;
        if (snapshots_forget(&crashing, &fault).code != E_OK) {
            assert_ok(snapshots_forget(&s, &fault)); /* an erasure that a crash cut off goes on */
        }
        assert_int_equal(newest_whole(&s), 0);
        store_ram_close(&s);
    }
}

static void a_state_that_is_too_large_is_not_written(void **)
{
    struct store s = store_new();
    struct snapshot_found all[SNAPSHOTS] = {};
    const slice large = { (const uint8_t *)"", (size_t)SNAPSHOT_STATE_BYTES_MAX + 1 };
    assert_fails(snapshots_save(&s, head_of(1), large, &fault), E_LIMIT);
    assert_int_equal(found(&s, all), 0);
    store_ram_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_take_turns_and_the_newest_comes_first),
        cmocka_unit_test(no_bit_may_change_and_no_byte_be_missing),
        cmocka_unit_test(what_is_forgotten_leaves_nothing_half_written_either),
        cmocka_unit_test(after_a_crash_at_any_step_the_newest_or_the_one_before_is_whole),
        cmocka_unit_test(a_state_that_is_too_large_is_not_written),
    };
    return cmocka_run_group_tests_name("view/snapshots", tests, NULL, NULL);
}
