/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "base/status.h"

/*
 * json: reading JSON (RFC 8259), with simdjson behind it. The only reader in the program.
 *
 * A document is a flat array of nodes in document order: a container is followed by its
 * descendants, and node.end is the index just behind the last of them, so that walking is a loop
 * and skipping is one assignment. Strict: UTF-8 is checked, trailing bytes are refused, depth and
 * size are capped.
 *
 * What RFC 8259 leaves open: members of one name are all kept, in document order, and json_member
 * finds the first; an integer above 64 bits is a JSON_DOUBLE with its digits in text; a number
 * above the range of a double is refused; the escape of half a surrogate pair is read as U+FFFD.
 */
enum {
    JSON_DEPTH_MAX = 32, /* containers inside each other */
    JSON_DEEP_MAX = 128, /* the same for a parser made by json_parser_new_deep */
    JSON_DOCUMENT_BYTES_MAX = 64 * 1024 * 1024,
    JSON_NODES_MAX = 4 * 1024 * 1024,
    JSON_PADDING_BYTES = 64, /* what json_parse_padded may read behind the text */
};

enum json_type {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_INT,    /* fits int64 */
    JSON_UINT,   /* above int64, fits uint64 */
    JSON_DOUBLE, /* anything else that is a number */
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
};

struct json_node {
    uint8_t type; /* enum json_type */
    uint32_t end; /* index of the first node that is not part of this value */
    slice key;    /* the member's name where the parent is an object, else empty; unescaped */
    slice text;   /* JSON_STRING: the value, unescaped; JSON_DOUBLE: see above; else empty */
    union {
        int64_t i;
        uint64_t u;
        double d;
    } number;
};

struct json_document {
    const struct json_node *nodes; /* borrowed from the parser; nodes[0] is the root */
    size_t count;
};

struct json_parser;

/* A parser with its buffers, reused from document to document; one thread at a time. NULL if memory
 * is out. */
struct json_parser *json_parser_new(void);
/* As json_parser_new for documents of up to JSON_DEEP_MAX levels: formats that wrap each value in
 * objects of their own. */
struct json_parser *json_parser_new_deep(void);
/* Frees the parser and with it every view that it handed out. NULL is allowed. */
void json_parser_free(struct json_parser *p);
/* Parses one document. ret_document and every slice in it are views that die at the next parse.
 * E_SYNTAX, E_UTF8, E_LIMIT (size, depth, nodes, range of a number), E_NOMEM; the fault says what
 * is wrong and at which byte offset, which is also the status's detail. */
status json_parse(struct json_parser *p, slice text, struct json_document *ret_document,
                  struct fault *fault);
/* As json_parse without copying the text first: JSON_PADDING_BYTES behind it must be readable,
 * whatever they are. */
status json_parse_padded(struct json_parser *p, slice text, struct json_document *ret_document,
                         struct fault *fault);
/* The member of an object node by its name; NULL if absent or the node is no object. */
const struct json_node *json_member(const struct json_document *d, const struct json_node *object,
                                    const char *key);
