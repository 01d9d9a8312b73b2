/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdarg.h>
#include <stddef.h>

/*
 * format: what the verifier needs of printf where there is no libc: %d %u %x %s %c %%, the lengths
 * l, ll and z, a width, '0', and a precision of %s. Same bytes as the C library's (C11 7.21.6.1).
 */

/* As vsnprintf: writes at most cap bytes with the final NUL, returns the length that all of it
 * would have. A conversion that is not listed above is an assertion. */
int format_write(char *to, size_t cap, const char *format, va_list args);
