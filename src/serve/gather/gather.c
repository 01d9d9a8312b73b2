/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/gather/gather.h"

#include "base/bytes.h"
#include "base/banned.h"

void gather_told_write(const struct gather_told *m, struct writer *w)
{
    writer_u8(w, m->witness);
    writer_u8(w, m->outcome);
    writer_u64(w, m->size);
    writer_bytes(w, m->bytes);
}

status gather_told_parse(slice payload, struct gather_told *ret_message)
{
    struct cursor c = cursor_of(payload);
    struct gather_told m = {};
    TRY(cursor_u8(&c, &m.witness));
    TRY(cursor_u8(&c, &m.outcome));
    TRY(cursor_u64(&c, &m.size));
    m.bytes = slice_from(payload, c.pos);
    if (m.witness >= GATHER_WITNESSES_MAX || m.bytes.len > GATHER_TOLD_BYTES_MAX) {
        return FAIL(E_LIMIT);
    }
    if (m.outcome < GATHER_COSIGNED || m.outcome > GATHER_CONTRADICTED) return FAIL(E_VALUE);
    *ret_message = m;
    return OK;
}

void gather_proof_write(const struct gather_proof *m, struct writer *w)
{
    writer_u64(w, m->old_size);
    writer_u64(w, m->new_size);
    writer_u8(w, m->is_made);
    writer_bytes(w, m->path);
}

status gather_proof_parse(slice payload, struct gather_proof *ret_message)
{
    struct cursor c = cursor_of(payload);
    struct gather_proof m = {};
    uint8_t made = 0;
    TRY(cursor_u64(&c, &m.old_size));
    TRY(cursor_u64(&c, &m.new_size));
    TRY(cursor_u8(&c, &made));
    if (made > 1) return FAIL(E_VALUE);
    m.is_made = made == 1;
    m.path = slice_from(payload, c.pos);
    *ret_message = m;
    return OK;
}
