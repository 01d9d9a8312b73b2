/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/group.h"

#include <assert.h>
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/sha256.h"
#include "base/banned.h"

static const char magic[] = "candorKG";

enum { MAGIC_BYTES = 8 };

void group_lost_mark(uint8_t ret_mark[GROUP_WRAPPED_BYTES])
{
    for (size_t i = 0; i < GROUP_WRAPPED_BYTES; i++)
        ret_mark[i] = 0xff;
}

void group_selector_write(unsigned active, struct writer *w)
{
    assert(active <= 1);
    writer_bytes(w, slice_text(magic));
    for (size_t i = MAGIC_BYTES; i < GROUP_SELECTOR_BYTES; i++)
        writer_u8(w, (uint8_t)active);
}

status group_selector_parse(slice bytes, unsigned *ret_active)
{
    if (bytes.len < GROUP_SELECTOR_BYTES) return FAIL(E_SHORT);
    if (!slice_starts(bytes, slice_text(magic))) return FAIL(E_SYNTAX);
    const uint8_t active = bytes.at[MAGIC_BYTES];
    for (size_t i = MAGIC_BYTES; i < GROUP_SELECTOR_BYTES; i++) {
        if (bytes.at[i] != active || active > 1) return FAIL_AT(E_SYNTAX, i);
    }
    *ret_active = active;
    return OK;
}

status group_selector_parse_torn(slice bytes, unsigned *ret_active)
{
    if (bytes.len < GROUP_SELECTOR_BYTES) return FAIL(E_SHORT);
    if (!slice_starts(bytes, slice_text(magic))) return FAIL(E_SYNTAX);
    for (size_t i = MAGIC_BYTES; i < GROUP_SELECTOR_BYTES; i++) {
        if (bytes.at[i] > 1) return FAIL_AT(E_SYNTAX, i);
    }
    *ret_active = bytes.at[MAGIC_BYTES];
    return OK;
}

void group_slot_write(const struct group_slot *s, struct writer *w)
{
    const size_t start = w->len;
    assert(s->count <= GROUP_BLOCKS && s->table.len == (size_t)s->count * GROUP_WRAPPED_BYTES);
    writer_u64(w, s->group);
    writer_u64(w, s->generation);
    writer_u32(w, s->count);
    writer_u64(w, s->rewrites_bytes);
    writer_bytes(w, (slice){ s->wrapped_group_key, sizeof s->wrapped_group_key });
    writer_bytes(w, s->table);
    if (w->error != E_OK) return;
    const hash check = sha256((slice){ w->at + start, w->len - start });
    writer_bytes(w, (slice){ check.bytes, sizeof check.bytes });
}

status group_slot_parse(slice bytes, struct group_slot *ret_slot)
{
    struct cursor c = cursor_of(bytes);
    struct group_slot s = {};
    slice check = {};
    TRY(cursor_u64(&c, &s.group));
    TRY(cursor_u64(&c, &s.generation));
    TRY(cursor_u32(&c, &s.count));
    TRY(cursor_u64(&c, &s.rewrites_bytes));
    if (s.count > GROUP_BLOCKS) return FAIL(E_LIMIT);
    TRY(cursor_copy(&c, sizeof s.wrapped_group_key, s.wrapped_group_key));
    TRY(cursor_bytes(&c, (size_t)s.count * GROUP_WRAPPED_BYTES, &s.table));
    const hash want = sha256((slice){ bytes.at, c.pos });
    TRY(cursor_bytes(&c, sizeof want.bytes, &check));
    if (!bytes_equal(check.at, want.bytes, sizeof want.bytes)) return FAIL(E_INVALID);
    *ret_slot = s;
    return OK;
}
