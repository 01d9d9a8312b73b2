/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/status.h"

/*
 * json_scan: where a JSON value ends, and where the events are in a document that wraps them in an
 * array, without parsing it. Linear; what it passes over is checked when it is parsed.
 */

/* Behind white space and commas. */
size_t json_scan_space(slice text, size_t pos);
/* Behind the value that starts at pos. E_SHORT if it does not end in the text. */
status json_scan_value(slice text, size_t pos, size_t *ret_end);
/* The object that starts at pos: ret_found tells whether one of its members is a known wrapper (as
 * "Records") with an array, and ret_at is where that array starts; else ret_at is behind the
 * object. E_SHORT as above; E_SYNTAX if its members cannot be told apart. */
status json_scan_wrapper(slice text, size_t pos, bool *ret_found, size_t *ret_at);
/* Whether a member of that name may wrap events. */
bool json_is_wrapper(slice name);
