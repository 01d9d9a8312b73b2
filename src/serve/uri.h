/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/status.h"
#include "serve/http_limits.h"

/*
 * uri: the target of a request (RFC 9112 section 3.2, origin-form and absolute-form; RFC 3986 for
 * the encoding) taken apart once, so that nothing behind it decodes anything a second time.
 */
struct uri_parameter {
    slice name;
    slice value; /* empty if there was no '=' */
};

/* Views into the room that uri_parse was given. */
struct uri {
    slice path;
    size_t count;
    struct uri_parameter parameters[HTTP_QUERY_PARAMETERS_MAX];
};

/* Decodes the target into room, which has target.len bytes. The path begins with '/'; in it and in
 * parameters %XX is decoded, in parameters '+' is a space too. E_SYNTAX: an incomplete %XX, a space
 * or control character, a fragment, an empty authority or another form. E_VALUE: a NUL, a control
 * character in the path, a segment "." or "..". E_UTF8. E_LIMIT: more than
 * HTTP_QUERY_PARAMETERS_MAX parameters. On failure ret_uri has no meaning. */
status uri_parse(slice target, uint8_t *room, struct uri *ret_uri);
