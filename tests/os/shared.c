/* SPDX-License-Identifier: Apache-2.0 */
#include "os/shared.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "tests/cm.h"

static struct fault fault;

static void both_sides_see_the_same_bytes(void **)
{
    struct shared ours = { 0 }, theirs = { 0 };
    uint8_t got[6] = "";
    assert_ok(shared_new(10'000, &ours, &fault));
    assert_int_equal(fcntl(ours.fd, F_GETFD), FD_CLOEXEC);
    assert_int_equal(ours.bytes[9'999], 0);
    assert_ok(shared_open(dup(ours.fd), 10'000, false, &theirs, &fault));
    bytes_copy(ours.bytes + 9'994, 6, slice_text("batch!"));
    assert_ok(shared_copy(&theirs, 9'994, 6, got));
    assert_memory_equal(got, "batch!", 6);
    shared_done(&ours);
    assert_ok(shared_copy(&theirs, 9'994, 6, got)); /* lives on */
    shared_done(&theirs);
    shared_done(&theirs);
}

static void the_size_cannot_be_changed(void **)
{
    struct shared s = { 0 };
    assert_ok(shared_new(8192, &s, &fault));
    assert_int_equal(ftruncate(s.fd, 4096), -1);
    assert_int_equal(ftruncate(s.fd, 16'384), -1);
    assert_int_equal(fcntl(s.fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
    s.bytes[8191] = 1;
    shared_done(&s);
}

static void copies_stay_within(void **)
{
    struct shared s = { 0 };
    uint8_t got[1] = { 7 };
    assert_ok(shared_new(100, &s, &fault));
    static const uint64_t bad[][2] = { { 100, 1 },
                                       { 99, 2 },
                                       { 0, 101 },
                                       { UINT64_MAX, 1 },
                                       { 1, UINT64_MAX },
                                       { 101, 0 },
                                       { 50, UINT64_MAX - 49 } };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_fails(shared_copy(&s, bad[i][0], bad[i][1], got), E_LIMIT);
    }
    assert_ok(shared_copy(&s, 100, 0, got));
    assert_int_equal(got[0], 7);
    shared_done(&s);
}

static void only_sealed_memory_of_the_right_size_is_taken(void **)
{
    struct shared good = { 0 }, s = { .fd = 77 };
    assert_ok(shared_new(4096, &good, &fault));
    const int unsealed = memfd_create("x", MFD_ALLOW_SEALING);
    assert_int_equal(ftruncate(unsealed, 4096), 0);
    assert_fails(shared_open(unsealed, 4096, true, &s, &fault), E_VALUE);
    assert_int_equal(fcntl(unsealed, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SEAL), 0);
    assert_fails(shared_open(unsealed, 4096, true, &s, &fault), E_VALUE); /* may still shrink */
    assert_fails(shared_open(good.fd, 4095, true, &s, &fault), E_VALUE);
    assert_fails(shared_open(good.fd, 8192, true, &s, &fault), E_VALUE);
    assert_fails(shared_open(good.fd, 0, true, &s, &fault), E_VALUE);
    assert_fails(shared_open(STDIN_FILENO, 4096, true, &s, &fault), E_VALUE);
    assert_fails(shared_open(-1, 4096, true, &s, &fault), E_VALUE);
    assert_fails(shared_new(0, &s, &fault), E_LIMIT);
    assert_fails(shared_new((size_t)SHARED_BYTES_MAX + 1, &s, &fault), E_LIMIT);
    assert_int_equal(s.fd, 77);
    close(unsealed);
    shared_done(&good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_sides_see_the_same_bytes),
        cmocka_unit_test(the_size_cannot_be_changed),
        cmocka_unit_test(copies_stay_within),
        cmocka_unit_test(only_sealed_memory_of_the_right_size_is_taken),
    };
    return cmocka_run_group_tests_name("os/shared", tests, NULL, NULL);
}
