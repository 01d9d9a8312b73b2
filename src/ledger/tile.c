/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/tile.h"

#include "base/bytes.h"
#include "base/num.h"
#include "base/banned.h"

enum { GROUP = 1000, GROUP_DIGITS = 3, GROUPS_MAX = 7 }; /* 1000^7 > 2^64 */

static void write_group(struct writer *w, unsigned group)
{
    writer_u8(w, (uint8_t)('0' + group / 100));
    writer_u8(w, (uint8_t)('0' + group / 10 % 10));
    writer_u8(w, (uint8_t)('0' + group % 10));
}

static void write_index(struct writer *w, uint64_t index)
{
    unsigned groups[GROUPS_MAX];
    size_t count = 0;
    do {
        groups[count++] = (unsigned)(index % GROUP);
        index /= GROUP;
    } while (index > 0);
    for (size_t i = count; i-- > 1;) {
        writer_u8(w, 'x');
        write_group(w, groups[i]);
        writer_u8(w, '/');
    }
    write_group(w, groups[0]);
}

void tile_path_write(struct writer *w, struct tile t)
{
    writer_text(w, "tile/");
    if (t.entries) {
        writer_text(w, "entries");
    } else {
        writer_dec(w, t.level);
    }
    writer_u8(w, '/');
    write_index(w, t.index);
    if (t.width == TILE_WIDTH) return;
    writer_text(w, ".p/");
    writer_dec(w, t.width);
}

void tile_counters_path_write(struct writer *w, uint64_t segment)
{
    writer_text(w, "counters/");
    write_index(w, segment);
}

/* Takes the text up to the next slash, or all of it; the slash is consumed too. */
static slice take_part(slice *path)
{
    const uint8_t *slash = memchr(path->at, '/', path->len);
    const size_t len = slash == NULL ? path->len : (size_t)(slash - path->at);
    const slice part = { path->at, len };
    *path = slice_from(*path, slash == NULL ? len : len + 1);
    return part;
}

static status parse_group(slice digits, uint64_t *index)
{
    uint64_t group = 0;
    if (digits.len != GROUP_DIGITS) return FAIL(E_SYNTAX);
    for (size_t i = 0; i < GROUP_DIGITS; i++) {
        const unsigned digit = (unsigned)digits.at[i] - '0';
        if (digit > 9) return FAIL(E_SYNTAX);
        group = group * 10 + digit;
    }
    if (*index > (INT64_MAX - group) / GROUP) return FAIL(E_LIMIT);
    *index = *index * GROUP + group;
    return OK;
}

/* "x001/x234/067"; *path moves behind it. Sets *ret_partial if ".p" follows. */
static status parse_index(slice *path, uint64_t *ret_index, bool *ret_partial)
{
    uint64_t index = 0;
    slice part = take_part(path);
    for (bool first = true; part.len > 0 && part.at[0] == 'x'; first = false) {
        TRY(parse_group(slice_from(part, 1), &index));
        if (first && index == 0) return FAIL(E_SYNTAX); /* x000/005 is 005 */
        part = take_part(path);
    }
    *ret_partial = part.len == GROUP_DIGITS + 2 && slice_is(slice_from(part, GROUP_DIGITS), ".p");
    if (*ret_partial) part.len = GROUP_DIGITS;
    TRY(parse_group(part, &index));
    *ret_index = index;
    return OK;
}

status tile_path_parse(slice path, struct tile *ret_tile)
{
    struct tile t = { .width = TILE_WIDTH };
    uint64_t number = 0;
    bool partial = false;
    if (path.len == 0 || path.at[path.len - 1] == '/') return FAIL(E_SYNTAX);
    if (!slice_is(take_part(&path), "tile")) return FAIL(E_SYNTAX);
    const slice level = take_part(&path);
    t.entries = slice_is(level, "entries");
    if (!t.entries) {
        TRY(num_parse_u64(level, &number));
        if (number > TILE_LEVEL_MAX) return FAIL(E_LIMIT);
        t.level = (uint8_t)number;
    }
    TRY(parse_index(&path, &t.index, &partial));
    if (partial) {
        TRY(num_parse_u64(take_part(&path), &number));
        if (number == 0 || number >= TILE_WIDTH) return FAIL(E_SYNTAX);
        t.width = (uint16_t)number;
    }
    if (path.len != 0) return FAIL(E_SYNTAX);
    *ret_tile = t;
    return OK;
}

static uint64_t hashes_at(uint64_t size, unsigned level)
{
    return level >= TILE_HASH_LEVELS ? 0 : size >> 8 * level;
}

unsigned tile_width(uint64_t size, unsigned level, uint64_t index)
{
    const uint64_t hashes = hashes_at(size, level);
    if (index > hashes / TILE_WIDTH) return 0;
    const uint64_t rest = hashes - index * TILE_WIDTH;
    return rest < TILE_WIDTH ? (unsigned)rest : TILE_WIDTH;
}

uint64_t tile_count(uint64_t size, unsigned level)
{
    const uint64_t hashes = hashes_at(size, level);
    return hashes / TILE_WIDTH + (hashes % TILE_WIDTH != 0 ? 1 : 0);
}

status tile_bundle_next(struct cursor *bundle, slice *ret_entry)
{
    return cursor_vec16(bundle, UINT16_MAX, ret_entry);
}

status tile_bundle_check(slice bytes, unsigned width)
{
    struct cursor c = cursor_of(bytes);
    for (unsigned i = 0; i < width; i++) {
        slice entry = {};
        TRY(tile_bundle_next(&c, &entry));
    }
    return cursor_end(&c);
}

void tile_bundle_write(struct writer *w, slice entry)
{
    writer_vec16(w, entry);
}
