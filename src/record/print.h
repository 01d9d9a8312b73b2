/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/json_writer.h"
#include "record/record.h"

/*
 * print: the values of a record as JSON, the same in every command and answer.
 *
 * Texts, numbers and booleans are what they are, times RFC 3339, hashes 64 hexadecimal digits,
 * lists arrays. Lists of indices (u64 each) are arrays of numbers, positions (u64 and field id) are
 * arrays of {"index":…,"field":…}; other bytes are {"bytes":N,"hex":"…"}, the first
 * PRINT_HEX_BYTES_MAX of them; raw values are text where they are UTF-8.
 */
enum { PRINT_HEX_BYTES_MAX = 1024 };

/* Writes the object of the fields that have a value; an erased one is {"erased":true}. */
void print_fields(struct json_writer *j, const struct schema *s, const struct record_field *fields);
/* Writes a time as a string: RFC 3339, UTC. */
void print_time(struct json_writer *j, int64_t ns);
