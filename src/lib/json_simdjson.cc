/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one C++ file: simdjson behind a C interface. Nothing is thrown out of it; memory that is out
 * is an answer like any other.
 */
#include "lib/json_shim.h"

#include <simdjson.h>
#include <new>

struct json_shim {
    explicit json_shim(size_t document_bytes_max, size_t depth_max_)
        : parser(document_bytes_max), depth_max(depth_max_), cap(0)
    {
    }
    simdjson::dom::parser parser;
    size_t depth_max;
    size_t cap; /* document bytes for which the parser's buffers are large enough */
};

json_shim *json_shim_new(size_t document_bytes_max, size_t depth_max)
{
    try {
        return new (std::nothrow) json_shim(document_bytes_max, depth_max);
    } catch (...) {
        return nullptr;
    }
}

void json_shim_free(json_shim *s)
{
    delete s;
}

static int answer_of(simdjson::error_code error)
{
    switch (error) {
    case simdjson::SUCCESS:
        return JSON_SHIM_OK;
    case simdjson::MEMALLOC:
        return JSON_SHIM_NOMEM;
    case simdjson::DEPTH_ERROR:
        return JSON_SHIM_DEPTH;
    case simdjson::UTF8_ERROR:
        return JSON_SHIM_UTF8;
    case simdjson::NUMBER_ERROR:
    case simdjson::NUMBER_OUT_OF_RANGE:
        return JSON_SHIM_NUMBER;
    case simdjson::STRING_ERROR:
        return JSON_SHIM_STRING;
    default:
        return JSON_SHIM_SYNTAX;
    }
}

/* Buffers grow by powers of two, so that documents of slowly growing size do not allocate each. */
static simdjson::error_code grow(json_shim *s, size_t len)
{
    if (len <= s->cap) return simdjson::SUCCESS;
    size_t cap = 4096;
    while (cap < len)
        cap *= 2;
    if (cap > s->parser.max_capacity()) cap = s->parser.max_capacity();
    s->cap = 0;
    simdjson::error_code error = s->parser.allocate(cap, s->depth_max);
    if (error == simdjson::SUCCESS) error = s->parser.doc.allocate(cap);
    if (error == simdjson::SUCCESS) s->cap = cap;
    return error;
}

int json_shim_parse(json_shim *s, const uint8_t *text, size_t len, json_tape *ret_tape)
{
    try {
        simdjson::error_code error = grow(s, len);
        if (error != simdjson::SUCCESS) return answer_of(error);
        error = s->parser.parse(text, len, false).error();
        if (error != simdjson::SUCCESS) return answer_of(error);
        const uint64_t *words = s->parser.doc.tape.get();
        ret_tape->words = words;
        ret_tape->count = size_t(words[0] & 0x00ffffffffffffffu);
        ret_tape->strings = s->parser.doc.string_buf.get();
        return JSON_SHIM_OK;
    } catch (...) {
        return JSON_SHIM_NOMEM;
    }
}
