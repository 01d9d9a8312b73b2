/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"
#include "base/bytes.h"
#include "base/text.h"
#include "judge/sigma/fold.h"
#include "judge/sigma/modifier.h"
#include "base/banned.h"

/*
 * Encodings change a value as a whole, so it must be one text without wildcards. A value under
 * windash is first written out in all its spellings.
 */

static const char *const dashes[] = { "-", "/", "\u2013", "\u2014", "\u2015" };

static void *scratch_take(struct item *item, size_t count, size_t size)
{
    void *at = arena_array(&item->document->build->scratch, count, size);
    if (at == NULL) compile_fail(item->document->build, FAIL(E_LIMIT));
    return at;
}

static bool alternative_set(struct item *item, struct alternative *a, slice text)
{
    struct pattern_part *parts = scratch_take(item, 1, sizeof *parts);
    if (parts == NULL) return false;
    parts[0] = (struct pattern_part){ .kind = PART_TEXT, .text = text };
    *a = (struct alternative){ .parts = parts, .count = text.len == 0 ? 0 : 1 };
    return true;
}

static bool is_dash(uint32_t symbol)
{
    return symbol_form(symbol, FORM_DASHED | FORM_CASED) == '-';
}

/* The spelling of text whose dashes are the digits of number in base five. */
static bool spell(struct item *item, slice text, size_t number, struct alternative *ret_spelling)
{
    uint8_t *out = scratch_take(item, 3 * text.len, 1);
    if (out == NULL) return false;
    size_t written = 0;
    for (size_t at = 0, len = 0; at < text.len; at += len) {
        slice symbol = slice_from(text, at);
        const bool dash = is_dash(symbol_first(symbol, &len));
        symbol.len = len;
        if (dash) symbol = slice_text(dashes[number % COUNT_OF(dashes)]);
        if (dash) number /= COUNT_OF(dashes);
        bytes_copy(out + written, symbol.len, symbol);
        written += symbol.len;
    }
    return alternative_set(item, ret_spelling, (slice){ out, written });
}

static bool dashes_write_out(struct item *item, struct item_value *v)
{
    slice text = slice_none();
    if (v->count != 1 || value_plain(v->alternatives, &text).code != E_OK) {
        item_error(item, v->node, "modifier", "windash before an encoding takes one plain text");
        return false;
    }
    size_t count = 1;
    for (size_t at = 0, len = 0; at < text.len; at += len) {
        if (!is_dash(symbol_first(slice_from(text, at), &len))) continue;
        count *= COUNT_OF(dashes);
        if (count <= DASH_PERMUTATIONS_MAX) continue;
        item_error(item, v->node, "modifier", "more than four dashes before an encoding");
        return false;
    }
    struct alternative *all = scratch_take(item, count, sizeof *all);
    if (all == NULL) return false;
    for (size_t i = 0; i < count; i++) {
        if (!spell(item, text, i, &all[i])) return false;
    }
    v->alternatives = all;
    v->count = count;
    return true;
}

/* What every encoding needs: texts or numbers, and no modifier before it that is no text. */
static bool encode_start(struct item *item)
{
    if (item->operation != OPERATION_TEXT) {
        item_error(item, NULL, "modifier", "%s cannot follow a modifier that does not yield a text",
                   item->modifier->name);
        return false;
    }
    for (size_t i = 0; i < item->count; i++) {
        struct item_value *v = &item->values[i];
        const uint8_t type = v->node->type;
        if (type != YAML_TEXT && type != YAML_INT && type != YAML_FLOAT) {
            item_error(item, v->node, "modifier", "%s takes a text, this is %s",
                       item->modifier->name, yaml_type_name(v->node));
            return false;
        }
        if (item->is_dashed && !dashes_write_out(item, v)) return false;
    }
    item->is_dashed = false;
    item->is_changed = true;
    return true;
}

static bool plain_of(struct item *item, const struct item_value *v, size_t i, slice *ret_text)
{
    if (value_plain(&v->alternatives[i], ret_text).code == E_OK) return true;
    item_error(item, v->node, "modifier", "%s takes no wildcards", item->modifier->name);
    return false;
}

/* Applies an encoding of one text to one text. */
static bool encode_each(struct item *item, slice (*encode)(struct item *item, slice text))
{
    if (!encode_start(item)) return false;
    for (size_t i = 0; i < item->count; i++) {
        struct item_value *v = &item->values[i];
        for (size_t j = 0; j < v->count; j++) {
            slice text = slice_none();
            if (!plain_of(item, v, j, &text)) return false;
            const slice encoded = encode(item, text);
            if (encoded.at == NULL) return false;
            if (!alternative_set(item, &v->alternatives[j], encoded)) return false;
        }
    }
    return true;
}

static slice base64_of(struct item *item, slice text)
{
    uint8_t *out = scratch_take(item, base64_len(text.len) + 1, 1);
    if (out == NULL) return (slice){ NULL, 0 };
    base64_encode(text, out);
    return (slice){ out, base64_len(text.len) };
}

bool encode_base64(struct item *item)
{
    return encode_each(item, base64_of);
}

/* For i filler bytes before the text: drop the characters that depend on the filler, cut those that
 * depend on what follows. Counted in bytes (point 5). */
static slice base64_at(struct item *item, slice text, size_t filler)
{
    static const size_t drop[] = { 0, 2, 3 };
    static const size_t cut[] = { 0, 3, 2 };
    uint8_t *padded = scratch_take(item, filler + text.len, 1);
    if (padded == NULL) return (slice){ NULL, 0 };
    bytes_copy(padded + filler, text.len, text);
    slice whole = base64_of(item, (slice){ padded, filler + text.len });
    if (whole.at == NULL) return whole;
    const size_t away = drop[filler] + cut[(filler + text.len) % 3];
    if (away >= whole.len) return slice_none();
    return (slice){ whole.at + drop[filler], whole.len - away };
}

bool encode_base64offset(struct item *item)
{
    enum { OFFSETS = 3 };
    if (!encode_start(item)) return false;
    for (size_t i = 0; i < item->count; i++) {
        struct item_value *v = &item->values[i];
        struct alternative *all = scratch_take(item, OFFSETS * v->count, sizeof *all);
        if (all == NULL) return false;
        for (size_t j = 0; j < OFFSETS * v->count; j++) {
            slice text = slice_none();
            if (!plain_of(item, v, j / OFFSETS, &text)) return false;
            const slice needle = base64_at(item, text, j % OFFSETS);
            if (needle.at == NULL) return false;
            if (needle.len == 0) {
                item_error(item, v->node, "base64offset-short",
                           "too short for base64offset: at one offset nothing of it is left");
                return false;
            }
            if (!alternative_set(item, &all[j], needle)) return false;
        }
        v->alternatives = all;
        v->count *= OFFSETS;
    }
    return true;
}

static slice utf16_of(struct item *item, slice text, bool high_first, bool mark)
{
    uint8_t *out = scratch_take(item, 2 * text.len + 2, 1);
    if (out == NULL) return (slice){ NULL, 0 };
    size_t written = 0;
    if (mark) {
        out[written++] = 0xff;
        out[written++] = 0xfe;
    }
    for (size_t at = 0, len = 0; at < text.len; at += len) {
        const uint32_t symbol = symbol_first(slice_from(text, at), &len);
        uint16_t units[2] = { (uint16_t)symbol };
        const size_t count = symbol > 0xffff ? 2 : 1;
        if (count == 2) {
            units[0] = (uint16_t)(0xd800 + ((symbol - 0x10000) >> 10));
            units[1] = (uint16_t)(0xdc00 + ((symbol - 0x10000) & 0x3ff));
        }
        for (size_t u = 0; u < count; u++) {
            out[written++] = (uint8_t)(high_first ? units[u] >> 8 : units[u]);
            out[written++] = (uint8_t)(high_first ? units[u] : units[u] >> 8);
        }
    }
    return (slice){ out, written };
}

static slice wide_of(struct item *item, slice text)
{
    return utf16_of(item, text, false, false);
}

static slice utf16_marked_of(struct item *item, slice text)
{
    return utf16_of(item, text, false, true);
}

static slice utf16be_of(struct item *item, slice text)
{
    return utf16_of(item, text, true, false);
}

bool encode_wide(struct item *item)
{
    return encode_each(item, wide_of);
}

bool encode_utf16(struct item *item)
{
    return encode_each(item, utf16_marked_of);
}

bool encode_utf16be(struct item *item)
{
    return encode_each(item, utf16be_of);
}
