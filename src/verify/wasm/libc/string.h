/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>

/* As C11. */
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t len);
char *strchr(const char *text, int c);
char *strstr(const char *text, const char *part);
void *memchr(const void *at, int byte, size_t len);
/* As glibc's. */
void *memmem(const void *at, size_t len, const void *part, size_t part_len);
void explicit_bzero(void *at, size_t len);
