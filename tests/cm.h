/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every unit test includes: cmocka, and guarded(): bytes that end at an unreadable page, so
 * that reading one byte too many is a crash and not luck.
 */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "base/bytes.h"

#define assert_ok(e) assert_int_equal((e).code, E_OK)
#define assert_fails(e, code_) assert_int_equal((e).code, (code_))

/* A copy of the bytes whose last byte is the last before a page that cannot be read. Valid until
 * the 65th call after it. */
slice guarded(slice bytes);
/* A guarded copy of a text of at most 1 MiB with the first occurrence of a part, which must be
 * there, replaced by another; the lengths may differ. */
slice replaced(slice text, const char *from, const char *to);
/* The path of a file under ../shared/data, or NULL (after printing why) where it does not exist. */
const char *shared_data(const char *path);
/* len zeroed bytes for the rest of the program: never freed, and no leak. */
void *test_keep(size_t len);
/* The whole file, NUL-terminated behind len; fails the test if it cannot be read. Never freed. */
slice file_bytes(const char *path);
/* The path of a fresh, empty folder, removed with everything in it when the process ends. */
const char *test_folder(void);
