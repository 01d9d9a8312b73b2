/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/uri.h"

#include <stdbool.h>
#include "base/bytes.h"
#include "base/num.h"
#include "base/text.h"
#include "base/banned.h"

enum { DELETE = 0x7f };

/* Where decoded bytes go; it cannot run out, because decoding never makes a text longer. */
struct room {
    uint8_t *at;
};

static bool is_in(const char *set, uint8_t c)
{
    for (; *set != '\0'; set++) {
        if ((uint8_t)*set == c) return true;
    }
    return false;
}

/* Up to the first byte of the set, or all. */
static slice cut_at(slice s, const char *set)
{
    size_t len = 0;
    while (len < s.len && !is_in(set, s.at[len]))
        len++;
    return (slice){ s.at, len };
}

static status decode(slice encoded, bool plus_is_space, struct room *room, slice *ret_text)
{
    uint8_t *to = room->at;
    for (size_t i = 0; i < encoded.len; i++) {
        uint8_t c = encoded.at[i];
        if (c <= ' ' || c == DELETE || c == '#') return FAIL(E_SYNTAX);
        if (c == '+' && plus_is_space) c = ' ';
        if (c == '%') {
            if (encoded.len - i < 3) return FAIL(E_SYNTAX);
            TRY(num_parse_hex((slice){ encoded.at + i + 1, 2 }, &c, 1));
            if (c == 0) return FAIL(E_VALUE);
            i += 2;
        }
        *to++ = c;
    }
    *ret_text = (slice){ room->at, (size_t)(to - room->at) };
    room->at = to;
    return text_is_utf8(*ret_text) ? OK : FAIL(E_UTF8);
}

static bool is_dots(slice segment)
{
    return slice_is(segment, ".") || slice_is(segment, "..");
}

static status check_path(slice path)
{
    for (size_t i = 0; i < path.len; i++) {
        if (path.at[i] < ' ' || path.at[i] == DELETE) return FAIL(E_VALUE);
        if (path.at[i] != '/') continue;
        if (is_dots(cut_at(slice_from(path, i + 1), "/"))) return FAIL(E_VALUE);
    }
    return OK;
}

/* absolute-form: what is before the path is the Host header's business, which every request has. */
static status skip_authority(slice *target)
{
    static const char *const schemes[] = { "http://", "https://" };
    for (size_t i = 0; i < COUNT_OF(schemes); i++) {
        const slice scheme = slice_text(schemes[i]);
        if (!slice_starts(*target, scheme)) continue;
        const slice rest = slice_from(*target, scheme.len);
        const slice authority = cut_at(rest, "/?#");
        if (authority.len == 0 || authority.len == rest.len || rest.at[authority.len] != '/') {
            return FAIL(E_SYNTAX);
        }
        *target = slice_from(rest, authority.len);
        return OK;
    }
    return target->len != 0 && target->at[0] == '/' ? OK : FAIL(E_SYNTAX);
}

static status parse_parameter(slice pair, struct room *room, struct uri *u)
{
    if (pair.len == 0) return OK; /* "a&&b" */
    if (u->count == HTTP_QUERY_PARAMETERS_MAX) return FAIL(E_LIMIT);
    const slice name = cut_at(pair, "=");
    struct uri_parameter *p = &u->parameters[u->count];
    TRY(decode(name, true, room, &p->name));
    TRY(decode(slice_from(pair, name.len + (name.len < pair.len)), true, room, &p->value));
    u->count++;
    return OK;
}

status uri_parse(slice target, uint8_t *room_at, struct uri *ret_uri)
{
    struct room room = { room_at };
    TRY(skip_authority(&target));
    const slice path = cut_at(target, "?");
    TRY(decode(path, false, &room, &ret_uri->path));
    TRY(check_path(ret_uri->path));
    ret_uri->count = 0;
    if (path.len == target.len) return OK;
    for (slice rest = slice_from(target, path.len + 1);;) {
        const slice pair = cut_at(rest, "&");
        TRY(parse_parameter(pair, &room, ret_uri));
        if (pair.len == rest.len) return OK;
        rest = slice_from(rest, pair.len + 1);
    }
}
