/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"

/*
 * members: walks over the members of a JSON object or the elements of a JSON array without parsing
 * the values, so that a value can be handed on as the sender wrote it. Strict about what stands
 * between the values; what a value holds is found out by whoever parses it. Linear.
 *
 *     struct members m = members_of(text, pos);      at the bracket
 *     while (members_next(&m, &key, &value)) { … }
 *     if (m.status.code != E_OK) …                   m.what and m.pos say what and where
 */
struct members {
    slice text;
    size_t pos; /* behind the last value; behind the closing bracket at the end */
    bool is_object;
    bool started;
    status status;    /* OK, or E_SYNTAX */
    const char *what; /* static: what is wrong at pos */
};

/* The walk over the container whose opening bracket stands at text[pos]; anything else there is
 * E_SYNTAX at the first step. */
struct members members_of(slice text, size_t pos);
/* The next value, with its key (between the quotes, escapes as they are; empty in an array). False
 * at the end and on an error. */
bool members_next(struct members *m, slice *ret_key, slice *ret_value);
/* The first position from pos on that holds no JSON white space. */
size_t members_blank(slice text, size_t pos);
