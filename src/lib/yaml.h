/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/arena.h"
#include "base/fault.h"
#include "base/status.h"

/*
 * yaml: reading YAML (rules, policy, configuration) through libyaml's event interface. The only
 * reader of YAML in the program.
 *
 * What candor decides itself: the types of plain scalars (the core schema of YAML 1.2, section
 * 10.3.2: null ~ true false, decimal, 0x and 0o integers, floats; yes, no, on, off and dates are
 * text), duplicate keys are refused, keys are scalars, merge keys and tags other than !!str are
 * refused, and every node keeps its line and column.
 * Limits: 1 MiB of text, depth 32, 64 aliases, and 262,144 nodes counted as if every alias were
 * written out, so that no walk over a document can explode.
 */
enum {
    YAML_BYTES_MAX = 1024 * 1024,
    YAML_DEPTH_MAX = 32,
    YAML_ALIASES_MAX = 64,
    YAML_NODES_MAX = 262144,
    YAML_DOCUMENTS_MAX = 1024,
};

enum yaml_type { YAML_NULL, YAML_BOOL, YAML_INT, YAML_FLOAT, YAML_TEXT, YAML_LIST, YAML_MAP };

struct yaml_member;

struct yaml_node {
    uint8_t type;    /* enum yaml_type */
    uint32_t line;   /* from 1 */
    uint32_t column; /* from 1, in characters */
    uint32_t count;  /* members of a list or map */
    uint32_t weight; /* this node and all below it, aliases written out */
    slice text;      /* a scalar as written, without its quotes */
    const struct yaml_member *members;
};

struct yaml_member {
    const struct yaml_node *key; /* NULL in a list */
    const struct yaml_node *value;
};

struct yaml_file {
    const struct yaml_node **documents; /* empty documents are left out */
    size_t count;
    uint32_t line, column; /* where reading stopped, if it failed */
};

/*
 * Reads all documents of a text. Nodes and texts are copied into the arena.
 * E_LIMIT (any limit above, or the arena's cap), E_UTF8, E_SYNTAX, E_DUPLICATE (a key), E_NOMEM.
 * On failure ret_file holds the documents that were complete before the place of the failure, and
 * the fault says what is wrong without repeating the place.
 */
status yaml_read(slice text, struct arena *arena, struct yaml_file *ret_file, struct fault *fault);
/* The value of a map's member; NULL if absent or if the node is no map. */
const struct yaml_node *yaml_member(const struct yaml_node *map, const char *key);
/* The value as a whole number. E_VALUE if the node is no YAML_INT, E_LIMIT outside int64. */
status yaml_int(const struct yaml_node *node, int64_t *ret_value);
/* Whether a YAML_BOOL says true. */
bool yaml_is_true(const struct yaml_node *node);
/* "a text", "a list", …: what the node is, for messages. */
const char *yaml_type_name(const struct yaml_node *node);
