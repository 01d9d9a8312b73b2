/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdarg.h>
#include <stddef.h>

/* As C11, for the conversions of verify/wasm/format.h. */
int vsnprintf(char *to, size_t cap, const char *format, va_list args);
int snprintf(char *to, size_t cap, const char *format, ...);
