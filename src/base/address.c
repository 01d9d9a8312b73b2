/* SPDX-License-Identifier: Apache-2.0 */
#include "base/address.h"

#include "base/bytes.h"
#include "base/num.h"
#include "base/text.h"
#include "base/banned.h"

enum { BITS_V6 = 128, BITS_V4 = 32, GROUPS = 8, GROUP_DIGITS_MAX = 4 };

/* dotted quad: four numbers from 0 to 255 without leading zeros (RFC 6943 section 3.1.1, strict).
 */
static status parse_v4(slice text, uint8_t ret_bytes[4])
{
    uint8_t bytes[4] = {};
    size_t at = 0;
    for (size_t i = 0; i < 4; i++) {
        if (i != 0 && (at == text.len || text.at[at++] != '.')) return FAIL(E_SYNTAX);
        size_t end = at;
        while (end < text.len && text.at[end] != '.')
            end++;
        uint64_t part = 0;
        if (end - at > 3) return FAIL(E_SYNTAX);
        if (num_parse_u64((slice){ text.at + at, end - at }, &part).code != E_OK || part > 255) {
            return FAIL(E_SYNTAX);
        }
        bytes[i] = (uint8_t)part;
        at = end;
    }
    if (at != text.len) return FAIL(E_SYNTAX);
    bytes_copy(ret_bytes, 4, (slice){ bytes, 4 });
    return OK;
}

static status group_parse(slice text, uint16_t *ret_group)
{
    uint16_t group = 0;
    if (text.len == 0 || text.len > GROUP_DIGITS_MAX) return FAIL(E_SYNTAX);
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = text_lower_ascii(text.at[i]);
        const bool digit = c >= '0' && c <= '9';
        if (!digit && !(c >= 'a' && c <= 'f')) return FAIL(E_SYNTAX);
        group = (uint16_t)(group << 4 | (digit ? c - '0' : c - 'a' + 10));
    }
    *ret_group = group;
    return OK;
}

/* Groups separated by ':', the last two perhaps as a dotted quad; at most GROUPS of them. */
static status groups_parse(slice text, uint16_t *groups, size_t *ret_count)
{
    size_t count = 0;
    for (size_t at = 0; text.len != 0;) {
        size_t end = at;
        while (end < text.len && text.at[end] != ':')
            end++;
        const slice part = { text.at + at, end - at };
        if (count == GROUPS) return FAIL(E_SYNTAX);
        if (end == text.len && memchr(part.at, '.', part.len) != NULL) {
            uint8_t quad[4];
            if (count > GROUPS - 2) return FAIL(E_SYNTAX);
            TRY(parse_v4(part, quad));
            groups[count++] = get_u16(quad);
            groups[count++] = get_u16(quad + 2);
        } else {
            TRY(group_parse(part, &groups[count++]));
        }
        if (end == text.len) break;
        at = end + 1;
    }
    *ret_count = count;
    return OK;
}

/* Where "::" stands; text.len if nowhere. */
static size_t gap_find(slice text)
{
    for (size_t at = 0; at + 1 < text.len; at++) {
        if (text.at[at] == ':' && text.at[at + 1] == ':') return at;
    }
    return text.len;
}

/* RFC 4291 section 2.2, all three forms. */
static status parse_v6(slice text, uint8_t ret_bytes[16])
{
    uint16_t front[GROUPS] = {}, back[GROUPS] = {};
    size_t front_count = 0, back_count = 0;
    const size_t gap = gap_find(text);
    TRY(groups_parse((slice){ text.at, gap }, front, &front_count));
    if (gap == text.len) {
        if (front_count != GROUPS) return FAIL(E_SYNTAX);
    } else {
        TRY(groups_parse(slice_from(text, gap + 2), back, &back_count));
        if (front_count + back_count >= GROUPS) return FAIL(E_SYNTAX);
    }
    for (size_t i = 0; i < GROUPS; i++) {
        uint16_t group = i < front_count ? front[i] : 0;
        if (i >= GROUPS - back_count) group = back[i - (GROUPS - back_count)];
        put_u16(ret_bytes + 2 * i, group);
    }
    return OK;
}

static status parse(slice text, uint8_t ret_bytes[16], bool *ret_is_v4)
{
    static const uint8_t mapped[16] = { [10] = 0xff, [11] = 0xff };
    *ret_is_v4 = memchr(text.at, ':', text.len) == NULL;
    if (!*ret_is_v4) return parse_v6(text, ret_bytes);
    uint8_t quad[4];
    TRY(parse_v4(text, quad));
    bytes_copy(ret_bytes, 16, (slice){ mapped, sizeof mapped });
    bytes_copy(ret_bytes + 12, 4, (slice){ quad, sizeof quad });
    return OK;
}

status address_parse(slice text, uint8_t ret_bytes[16])
{
    const uint8_t *zone = memchr(text.at, '%', text.len);
    if (zone != NULL) text.len = (size_t)(zone - text.at);
    bool is_v4 = false;
    return parse(text, ret_bytes, &is_v4);
}

/* Clears the bits behind the prefix; whether any was set. */
static bool mask(struct network *n)
{
    bool changed = false;
    for (unsigned i = 0; i < 16; i++) {
        const unsigned keep = n->bits >= (i + 1) * 8 ? 8 : n->bits <= i * 8 ? 0 : n->bits - i * 8;
        const uint8_t masked = (uint8_t)(n->bytes[i] & (0xff00u >> keep));
        changed = changed || masked != n->bytes[i];
        n->bytes[i] = masked;
    }
    return changed;
}

status network_parse(slice text, struct network *ret_network, bool *ret_was_masked)
{
    struct network n = {};
    bool is_v4 = false;
    const uint8_t *stroke = memchr(text.at, '/', text.len);
    const slice address = { text.at, stroke == NULL ? text.len : (size_t)(stroke - text.at) };
    TRY(parse(address, n.bytes, &is_v4));
    uint64_t bits = is_v4 ? BITS_V4 : BITS_V6;
    if (stroke != NULL) {
        uint64_t given = 0;
        const status s = num_parse_u64(slice_from(text, address.len + 1), &given);
        if (s.code != E_OK) return FAIL(s.code == E_LIMIT ? E_VALUE : E_SYNTAX);
        if (given > bits) return FAIL(E_VALUE);
        bits = given;
    }
    n.bits = (uint8_t)(is_v4 ? bits + BITS_V6 - BITS_V4 : bits);
    *ret_was_masked = mask(&n);
    *ret_network = n;
    return OK;
}

bool network_holds(const struct network *n, const uint8_t address[16])
{
    const size_t whole = n->bits / 8;
    if (!bytes_equal(n->bytes, address, whole)) return false;
    const unsigned rest = n->bits % 8;
    return rest == 0 || ((n->bytes[whole] ^ address[whole]) & (0xff00u >> rest) & 0xff) == 0;
}
