/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/writer.h"
#include "intake/protocol/result.h"

/*
 * ndjson: POST /v1/events. The body is lines of JSON objects, blank ones skipped, or one JSON array
 * of objects. Every submission's raw is a view into the body. Lines are cut, not parsed: a broken
 * one that starts as an object does is refused by who reads it.
 */

/* Hands each line (or element) to the sink. A line that cannot be an object is refused, and reading
 * goes on. E_SYNTAX if an array is broken, with the byte in the fault; what came before it was
 * taken. Else OK or the status with which the sink stopped. */
status ndjson_read(slice body, const struct protocol_sink *sink, struct fault *fault);
/* Writes {"accepted":N,"first_index":A,"last_index":B,"rejected":[{"line":L,"error":"…"}]}; without
 * the indices if nothing was accepted, with "rejected_unnamed":M if more were rejected than are
 * listed, and with "error" if the request stopped. HTTP 200 if it was read to its end and anything
 * was accepted or nothing rejected, 400 if everything was rejected, else as protocol_answer_of. At
 * most RESULT_ANSWER_BYTES_MAX. */
struct protocol_answer ndjson_answer(const struct protocol_result *r, struct writer *out);
