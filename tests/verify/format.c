/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/wasm/format.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include "tests/cm.h"

/* Both write the same, whatever room there is. */
__attribute__((format(printf, 1, 2))) static void agree(const char *format, ...)
{
    for (size_t cap = 0; cap <= 80; cap++) {
        char own[80] = "unset";
        char of_libc[80] = "unset";
        va_list args;
        va_start(args, format);
        const int own_len = format_write(own, cap, format, args);
        va_end(args);
        va_start(args, format);
        const int libc_len = vsnprintf(of_libc, cap, format, args);
        va_end(args);
        assert_int_equal(own_len, libc_len);
        assert_memory_equal(own, of_libc, cap == 0 ? sizeof "unset" : strlen(of_libc) + 1);
    }
}

static void numbers_are_written_as_the_c_library_writes_them(void **)
{
    static const unsigned long long values[] = { 0, 1, 9, 10, 255, UINT_MAX, ULLONG_MAX };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        const unsigned long long v = values[i];
        agree("%llu|%lld|%zu|%lu|%u|%d", v, (long long)v, (size_t)v, (unsigned long)v, (unsigned)v,
              (int)v);
        agree("%x|%02x|%08x|%llx", (unsigned)v, (unsigned)v, (unsigned)v, v);
        agree("%5d|%05d|%02d|%20llu", (int)v, (int)v, (int)v, v);
    }
    agree("%d|%lld|%6d|%06d|%ld", INT_MIN, LLONG_MIN, -42, -42, LONG_MIN);
}

static void texts_are_cut_where_asked(void **)
{
    const char no_end[3] = { 'a', 'b', 'c' };
    agree("%s|%.2s|%.200s|%.0s|%5s|", "text", "text", "text", "text", "abc");
    agree("%.*s|%.*s|%.*s", 3, no_end, 0, "text", -1, "text");
    agree("100%% %c%s", 'x', "");
    agree("%s", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_written_as_the_c_library_writes_them),
        cmocka_unit_test(texts_are_cut_where_asked),
    };
    return cmocka_run_group_tests_name("verify/format", tests, NULL, NULL);
}
