/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/report/stated_manifest.h"

#include "base/bytes.h"
#include "base/lines.h"
#include "base/num.h"
#include "base/writer.h"
#include "ledger/count/counter_key.h"
#include "base/banned.h"

/* "2026", "2026-H1" or "2026-H2". */
static status read_period(slice text, struct stated_manifest *m)
{
    enum { YEAR_BYTES = 4, HALF_BYTES = 7, HALF = 6, YEAR = 12 };
    uint8_t january[HALF_BYTES];
    struct writer w = writer_of(january, sizeof january);
    const bool is_half = text.len == HALF_BYTES;
    if (!is_half && text.len != YEAR_BYTES) return FAIL(E_SYNTAX);
    const slice half = slice_from(text, YEAR_BYTES);
    const bool is_second = slice_is(half, "-H2");
    if (is_half && !is_second && !slice_is(half, "-H1")) return FAIL(E_SYNTAX);
    writer_bytes(&w, (slice){ text.at, YEAR_BYTES });
    writer_text(&w, "-01");
    TRY(month_parse(writer_slice(&w), &m->month_first));
    if (is_second) m->month_first = (uint16_t)(m->month_first + HALF);
    m->month_last = (uint16_t)(m->month_first + (is_half ? HALF : YEAR) - 1);
    m->period = text;
    return OK;
}

static status read_hash(slice word, hash *ret_hash)
{
    return num_parse_hex(word, ret_hash->bytes, sizeof ret_hash->bytes);
}

/* No other folder can be meant. */
static bool is_plain(slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        const uint8_t c = name.at[i];
        const bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                             (c >= '0' && c <= '9') || c == '-' || c == '_';
        if (!is_word && (c != '.' || i == 0)) return false;
    }
    return name.len > 0 && name.len <= STATED_FILE_NAME_BYTES_MAX;
}

static status read_named(slice word, struct lines *l, struct stated_hash *list, size_t cap,
                         size_t *count)
{
    slice hex = slice_none();
    if (*count == cap) return FAIL(E_LIMIT);
    TRY(lines_word(l, &hex));
    TRY(read_hash(hex, &list[*count].hash));
    list[(*count)++].name = word;
    return OK;
}

/* The line of a key whose value is one word or two. */
static status read_line(struct stated_manifest *m, slice key, slice word, struct lines *l)
{
    const struct {
        const char *name;
        uint64_t *number;
    } numbers[] = {
        { "size", &m->size },          { "counted", &m->counted },       { "opened", &m->opened },
        { "declared", &m->declared },  { "suppressed", &m->suppressed }, { "late", &m->late },
        { "uncounted", &m->uncounted }
    };
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        if (slice_is(key, numbers[i].name)) return num_parse_u64(word, numbers[i].number);
    }
    if (slice_is(key, "period")) return read_period(word, m);
    if (slice_is(key, "root")) return read_hash(word, &m->root);
    if (slice_is(key, "definition")) {
        return read_named(word, l, m->definitions, COUNT_OF(m->definitions), &m->definition_count);
    }
    if (!slice_is(key, "file")) return FAIL(E_UNKNOWN);
    if (!is_plain(word)) return FAIL(E_VALUE);
    return read_named(word, l, m->files, COUNT_OF(m->files), &m->file_count);
}

static status read_all(slice text, struct stated_manifest *m, struct lines *l)
{
    *l = lines_of(text);
    TRY(lines_next(l));
    TRY(lines_expect(l, "candor/report@v1"));
    TRY(lines_end(l));
    while (cursor_left(&l->rest) > 0) {
        slice key = slice_none();
        slice word = slice_none();
        TRY(lines_next(l));
        TRY(lines_word(l, &key));
        if (slice_is(key, "origin")) {
            m->origin = l->line;
            continue;
        }
        TRY(lines_word(l, &word));
        TRY(read_line(m, key, word, l));
        TRY(lines_end(l));
    }
    return m->period.len == 0 || m->origin.len == 0 ? FAIL(E_SHORT) : OK;
}

status stated_manifest_read(slice text, struct stated_manifest *ret_manifest, struct fault *fault)
{
    struct lines l = {};
    const slice none = slice_none();
    *ret_manifest = (struct stated_manifest){ .period = none, .origin = none };
    const status s = read_all(text, ret_manifest, &l);
    if (s.code == E_OK) return OK;
    return fault_set(fault, s, "manifest, line %zu: %s", l.number, status_text(s));
}

const hash *stated_manifest_file(const struct stated_manifest *m, slice name)
{
    for (size_t i = 0; i < m->file_count; i++) {
        if (slice_equal(m->files[i].name, name)) return &m->files[i].hash;
    }
    return NULL;
}
