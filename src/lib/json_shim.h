/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>
#include <stdint.h>

/*
 * json_shim: what lib/json.c needs of simdjson, in C's terms. Only these two files include it.
 *
 * The tape is simdjson's own result (its doc/tape.md): words whose top byte is a type and whose low
 * 56 bits are a payload; strings lie in a second buffer as a 4-byte native length and the bytes.
 */
#ifdef __cplusplus
extern "C" {
#endif

enum json_shim_answer {
    JSON_SHIM_OK,
    JSON_SHIM_SYNTAX,
    JSON_SHIM_UTF8,
    JSON_SHIM_DEPTH,
    JSON_SHIM_NUMBER, /* malformed, above 64 bits or above the range of a double */
    JSON_SHIM_STRING, /* a bad escape */
    JSON_SHIM_NOMEM,
};

struct json_tape {
    const uint64_t *words;
    size_t count;
    const uint8_t *strings;
};

struct json_shim;

/* A parser for documents up to these maxima, and its end. NULL if memory is out. */
struct json_shim *json_shim_new(size_t document_bytes_max, size_t depth_max);
void json_shim_free(struct json_shim *s);
/* 64 bytes behind the len of the text must be readable. The tape dies at the next call. */
int json_shim_parse(struct json_shim *s, const uint8_t *text, size_t len,
                    struct json_tape *ret_tape);

#ifdef __cplusplus
}
#endif
