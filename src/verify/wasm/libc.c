/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "verify/wasm/format.h"
#include "base/banned.h"

/*
 * libc: the few functions of the C library that the verifier calls, for WebAssembly alone. Memory
 * is handed out in one direction and never taken back: an instance verifies one file, and is
 * dropped with all its memory. What must stay small is the code.
 */
enum { PAGE_BYTES = 64 * 1024, ALIGN = 16, HEADER_BYTES = ALIGN };

extern unsigned char __heap_base; /* set by the linker: the first free byte */

static uintptr_t heap_end; /* 0: nothing was handed out yet */

/* Memory for len bytes behind a header with the length, or NULL if the browser gives no more. */
void *malloc(size_t len)
{
    if (heap_end == 0) heap_end = ((uintptr_t)&__heap_base + ALIGN - 1) / ALIGN * ALIGN;
    if (len > (size_t)INT32_MAX - HEADER_BYTES - ALIGN) return NULL;
    const size_t whole = HEADER_BYTES + (len + ALIGN - 1) / ALIGN * ALIGN;
    const uintptr_t start = heap_end;
    const uint64_t end = (uint64_t)start + whole;
    const uint64_t have = (uint64_t)__builtin_wasm_memory_size(0) * PAGE_BYTES;
    if (end > have) {
        const uint64_t pages = (end - have + PAGE_BYTES - 1) / PAGE_BYTES;
        if (__builtin_wasm_memory_grow(0, (size_t)pages) == SIZE_MAX) return NULL;
    }
    heap_end = (uintptr_t)end;
    *(size_t *)start = len;
    return (void *)(start + HEADER_BYTES);
}

void *calloc(size_t count, size_t len)
{
    if (len != 0 && count > SIZE_MAX / len) return NULL;
    return malloc(count * len); /* memory of an instance is zero, and is never used twice */
}

void *realloc(void *at, size_t len)
{
    unsigned char *moved = malloc(len);
    if (moved == NULL || at == NULL) return moved;
    const size_t old = *(const size_t *)((uintptr_t)at - HEADER_BYTES);
    __builtin_memcpy(moved, at, old < len ? old : len);
    return moved;
}

void free(void *)
{
}

/* Heapsort: in place, no recursion. */
static void swap_rows(unsigned char *a, unsigned char *b, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const unsigned char kept = a[i];
        a[i] = b[i];
        b[i] = kept;
    }
}

void qsort(void *rows, size_t count, size_t len, int (*order)(const void *, const void *))
{
    unsigned char *at = rows;
    size_t start = count / 2;
    for (size_t end = count; end > 1;) {
        if (start > 0) {
            start--;
        } else {
            end--;
            swap_rows(at, at + end * len, len);
        }
        for (size_t root = start; root < end / 2 || 2 * root + 1 < end;) {
            size_t child = 2 * root + 1;
            if (child + 1 < end && order(at + child * len, at + (child + 1) * len) < 0) child++;
            if (order(at + root * len, at + child * len) >= 0) break;
            swap_rows(at + root * len, at + child * len, len);
            root = child;
        }
    }
}

size_t strlen(const char *text)
{
    size_t len = 0;
    while (text[len] != '\0')
        len++;
    return len;
}

int strncmp(const char *a, const char *b, size_t len)
{
    for (; len > 0; len--, a++, b++) {
        if (*a != *b) return (unsigned char)*a - (unsigned char)*b;
        if (*a == '\0') break;
    }
    return 0;
}

int strcmp(const char *a, const char *b)
{
    return strncmp(a, b, SIZE_MAX);
}

void *memmem(const void *at, size_t len, const void *part, size_t part_len)
{
    const unsigned char *from = at;
    for (; part_len <= len; from++, len--) {
        if (__builtin_memcmp(from, part, part_len) == 0) return (void *)(uintptr_t)from;
    }
    return NULL;
}

void *memchr(const void *at, int byte, size_t len)
{
    const unsigned char wanted = (unsigned char)byte;
    return memmem(at, len, &wanted, 1);
}

char *strchr(const char *text, int c)
{
    return memchr(text, c, strlen(text) + 1);
}

char *strstr(const char *text, const char *part)
{
    return memmem(text, strlen(text), part, strlen(part));
}

/* What the compiler makes of __builtin_memcmp; the name itself is banned. */
int libc_compare(const void *a, const void *b, size_t len) __asm__("memcmp");
int libc_compare(const void *a, const void *b, size_t len)
{
    const unsigned char *left = a;
    const unsigned char *right = b;
    for (size_t i = 0; i < len; i++) {
        if (left[i] != right[i]) return left[i] - right[i];
    }
    return 0;
}

/* What the compiler calls for a product of 64 bits times 64 that must not overflow. */
__extension__ typedef __int128 wide;
wide __multi3(wide a, wide b);
wide __multi3(wide a, wide b)
{
    const uint64_t low_a = (uint64_t)a & UINT32_MAX;
    const uint64_t high_a = (uint64_t)a >> 32;
    const uint64_t low_b = (uint64_t)b & UINT32_MAX;
    const uint64_t high_b = (uint64_t)b >> 32;
    const uint64_t middle = high_a * low_b + (low_a * low_b >> 32);
    const uint64_t other = low_a * high_b + (middle & UINT32_MAX);
    const uint64_t low = other << 32 | (low_a * low_b & UINT32_MAX);
    uint64_t high = high_a * high_b + (middle >> 32) + (other >> 32);
    high += (uint64_t)(a >> 64) * (uint64_t)b + (uint64_t)a * (uint64_t)(b >> 64);
    return (wide)((unsigned __int128)high << 64 | low);
}

void explicit_bzero(void *at, size_t len)
{
    volatile unsigned char *bytes = at;
    for (size_t i = 0; i < len; i++)
        bytes[i] = 0;
}

int vsnprintf(char *to, size_t cap, const char *format, va_list args)
{
    return format_write(to, cap, format, args);
}

int snprintf(char *to, size_t cap, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int len = format_write(to, cap, format, args);
    va_end(args);
    return len;
}
