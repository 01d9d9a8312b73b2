/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/layout.h"

#include <inttypes.h>
#include <stdio.h>
#include "base/bytes.h"
#include "base/num.h"
#include "base/writer.h"
#include "base/banned.h"

enum { NUMBER_DIGITS = 10 };

static struct layout_name numbered(const char *folder, uint64_t number, const char *suffix)
{
    struct layout_name name = {};
    const int len =
        snprintf(name.text, sizeof name.text, "%s/%010" PRIu64 "%s", folder, number, suffix);
    assert(len > 0 && (size_t)len < sizeof name.text);
    return name;
}

struct layout_name layout_segment(uint64_t number)
{
    return numbered(LAYOUT_LOG, number, ".seg");
}

struct layout_name layout_rewrites(uint64_t group)
{
    return numbered(LAYOUT_LOG, group, ".blk");
}

struct layout_name layout_erased_set(const hash *set)
{
    struct layout_name name = {};
    struct writer w = writer_of(name.text, sizeof name.text - 1);
    writer_text(&w, LAYOUT_ERASURES "/");
    writer_hex(&w, (slice){ set->bytes, sizeof set->bytes });
    writer_text(&w, ".set");
    assert(w.error == E_OK);
    return name;
}

struct layout_name layout_group(uint64_t group)
{
    return numbered(LAYOUT_KEYS, group, ".group");
}

status layout_number(const char *file_name, const char *suffix, uint64_t *ret_number)
{
    const slice name = slice_text(file_name);
    const slice end = slice_text(suffix);
    if (name.len != NUMBER_DIGITS + end.len) return FAIL(E_SYNTAX);
    if (!slice_equal(slice_from(name, NUMBER_DIGITS), end)) return FAIL(E_SYNTAX);
    uint64_t number = 0;
    for (size_t i = 0; i < NUMBER_DIGITS; i++) {
        if (name.at[i] < '0' || name.at[i] > '9') return FAIL(E_SYNTAX);
        number = number * 10 + (uint64_t)(name.at[i] - '0');
    }
    *ret_number = number;
    return OK;
}
