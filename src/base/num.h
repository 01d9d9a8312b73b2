/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/status.h"

/*
 * num: arithmetic on sizes, counts, offsets and times that cannot wrap, and numbers as text.
 */

/* a + b, or E_LIMIT if it does not fit. */
static inline status num_add(size_t a, size_t b, size_t *ret_sum)
{
    return __builtin_add_overflow(a, b, ret_sum) ? FAIL(E_LIMIT) : OK;
}

/* a * b, or E_LIMIT if it does not fit. */
static inline status num_mul(size_t a, size_t b, size_t *ret_product)
{
    return __builtin_mul_overflow(a, b, ret_product) ? FAIL(E_LIMIT) : OK;
}

/* Decimal digits without sign, leading zeros or white space. E_SYNTAX; E_LIMIT above 2^64-1. */
status num_parse_u64(slice text, uint64_t *ret_value);
/* As num_parse_u64 with an optional leading minus. E_SYNTAX; E_LIMIT outside int64. */
status num_parse_i64(slice text, int64_t *ret_value);
/* A time such as 90s, 15m, 24h or 7d as seconds. E_SYNTAX; E_LIMIT above most_s. */
status num_parse_seconds(slice text, uint32_t most_s, uint32_t *ret_s);
/* 2*ret_cap hexadecimal digits, either case. E_SYNTAX. */
status num_parse_hex(slice text, uint8_t *ret_bytes, size_t ret_cap);
