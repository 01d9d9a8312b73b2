/* SPDX-License-Identifier: Apache-2.0 */
#include "os/secret.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/cm.h"

/* AddressSanitizer replaces mlock with one that does nothing. */
#ifdef CANDOR_ASAN
static const bool mlock_is_real = false;
#else
static const bool mlock_is_real = true;
#endif

static struct fault fault;

/* The VmFlags line of the mapping that holds the address. */
static void flags_of(const void *at, char *ret_flags, size_t cap)
{
    char line[512];
    FILE *maps = fopen("/proc/self/smaps", "r");
    bool inside = false;
    ret_flags[0] = '\0';
    assert_non_null(maps);
    while (fgets(line, sizeof line, maps) != NULL) {
        char *end = NULL;
        const uintptr_t from = strtoul(line, &end, 16);
        if (*end == '-') {
            const uintptr_t to = strtoul(end + 1, NULL, 16);
            inside = (uintptr_t)at >= from && (uintptr_t)at < to;
        }
        if (inside && strncmp(line, "VmFlags:", 8) == 0) snprintf(ret_flags, cap, "%s", line);
    }
    fclose(maps);
}

static void the_kernel_neither_swaps_nor_dumps_it(void **)
{
    struct secret s = { 0 };
    char flags[512];
    assert_ok(secret_new(32, &s, &fault));
    flags_of(s.bytes, flags, sizeof flags);
    assert_non_null(strstr(flags, " dd")); /* do not dump */
    assert_non_null(strstr(flags, " wf")); /* wipe on fork */
    if (s.locked && mlock_is_real) assert_non_null(strstr(flags, " lo"));
    secret_free(&s);
    assert_null(s.bytes);
    secret_free(&s);
}

static bool touching_kills(volatile uint8_t *at)
{
    const pid_t child = fork();
    if (child == 0) {
        sigaction(SIGSEGV, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
        *at = 1;
        _exit(0);
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    return WIFSIGNALED(how) && WTERMSIG(how) == SIGSEGV;
}

static void the_pages_around_it_cannot_be_touched(void **)
{
    static const size_t lens[] = { 1, 16, 32, 4095, 4096, 4097, 100'000, SECRET_BYTES_MAX };
    for (size_t i = 0; i < COUNT_OF(lens); i++) {
        struct secret s = { 0 };
        assert_ok(secret_new(lens[i], &s, &fault));
        assert_int_equal((uintptr_t)s.bytes % 16, 0);
        for (size_t j = 0; j < lens[i]; j++)
            assert_int_equal(s.bytes[j], 0);
        s.bytes[0] = s.bytes[lens[i] - 1] = 0xff;
        assert_true(touching_kills(s.bytes + (lens[i] + 15) / 16 * 16));
        assert_true(touching_kills((uint8_t *)s.mapping + 1));
        secret_free(&s);
    }
}

static void a_forked_child_finds_zeroes(void **)
{
    struct secret s = { 0 };
    assert_ok(secret_new(32, &s, &fault));
    memset(s.bytes, 0x55, 32);
    const pid_t child = fork();
    if (child == 0) _exit(s.bytes[0] == 0 && s.bytes[31] == 0 ? 0 : 1);
    int how = 1;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_int_equal(how, 0);
    assert_int_equal(s.bytes[31], 0x55);
    secret_free(&s);
}

static void sizes_are_limited(void **)
{
    struct secret s = { .len = 77 };
    assert_fails(secret_new(0, &s, &fault), E_LIMIT);
    assert_fails(secret_new((size_t)SECRET_BYTES_MAX + 1, &s, &fault), E_LIMIT);
    assert_fails(secret_new(SIZE_MAX, &s, &fault), E_LIMIT);
    assert_int_equal(s.len, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kernel_neither_swaps_nor_dumps_it),
        cmocka_unit_test(the_pages_around_it_cannot_be_touched),
        cmocka_unit_test(a_forked_child_finds_zeroes),
        cmocka_unit_test(sizes_are_limited),
    };
    return cmocka_run_group_tests_name("os/secret", tests, NULL, NULL);
}
