/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>

/*
 * openapi: the description of the HTTP API (OpenAPI 3.1), which is src/serve/openapi.json without
 * its white space. tests/serve/openapi.py holds it against the routes and against real answers.
 */
extern const unsigned char openapi_json[];
extern const size_t openapi_json_bytes;
