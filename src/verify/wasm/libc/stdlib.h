/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>

/* As C11; free gives nothing back, for an instance verifies one file and is dropped. */
void *malloc(size_t len);
void *calloc(size_t count, size_t len);
void *realloc(void *at, size_t len);
void free(void *at);
void qsort(void *rows, size_t count, size_t len, int (*order)(const void *, const void *));
/* Declared for what is compiled and not reached. */
void *reallocarray(void *at, size_t count, size_t len);
double strtod(const char *text, char **ret_end);
