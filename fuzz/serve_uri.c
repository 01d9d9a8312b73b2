/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Targets of requests: what is taken is UTF-8 without NUL, lies within the room one piece behind
 * the other, and has no segment that climbs.
 */
#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/text.h"
#include "serve/uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const uint8_t *check(slice text, const uint8_t *from, const uint8_t *end)
{
    assert(text.at >= from && text.len <= (size_t)(end - text.at));
    assert(text_is_utf8(text) && memchr(text.at, 0, text.len) == NULL);
    return text.at + text.len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    uint8_t *room = malloc(len + 1);
    struct uri u = {};
    assert(room != NULL);
    const status s = uri_parse((slice){ data, len }, room, &u);
    if (s.code == E_OK) {
        const uint8_t *at = check(u.path, room, room + len);
        assert(u.path.len != 0 && u.path.at[0] == '/' && u.count <= HTTP_QUERY_PARAMETERS_MAX);
        assert(memmem(u.path.at, u.path.len, "/../", 4) == NULL);
        for (size_t i = 0; i < u.count; i++) {
            at = check(u.parameters[i].name, at, room + len);
            at = check(u.parameters[i].value, at, room + len);
        }
    }
    free(room);
    return 0;
}
