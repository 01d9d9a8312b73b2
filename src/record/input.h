/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "record/record.h"

struct json_parser;

/*
 * input: one line of `candor append`: a JSON object that says kind, time, and columns and fields by
 * their names. Source: docs/formats/records.md. Strict: what is not understood is refused.
 */

/* Reads the line into a record whose slices live in the arena (at most about 3 times the line and
 * 96 KiB). E_SYNTAX, E_UTF8, E_LIMIT as json_parse; E_UNKNOWN for a kind, fact type or name that
 * does not exist; E_DENIED for a kind that candor alone writes; E_DUPLICATE for a name given twice;
 * E_VALUE for a value of the wrong type or outside its list, or a missing field; E_LIMIT for a
 * value above its limit; E_NOMEM if the arena is used up. The fault names the member and its place.
 * On failure ret_record is unchanged. */
status record_parse_json(struct json_parser *parser, slice line, struct arena *arena,
                         struct record *ret_record, struct fault *fault);
