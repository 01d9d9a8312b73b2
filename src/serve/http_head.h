/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>

/*
 * http_head: whether the head of a request is one that two programs cannot read differently, and
 * what it says of the body. Answers and returns false if not.
 */
struct http_request;

/* Checks version, method, target, header lines and lengths, and sets what the request's fields
 * say of its body. version: as the library has it. */
bool http_head_check(struct http_request *r, const char *version);
