/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/control.h"

#include "base/bytes.h"
#include "base/cursor.h"
#include "intake/decision/decision.h"
#include "base/banned.h"

void control_append_write(const struct control_append *m, struct writer *w)
{
    writer_u8(
        w, (uint8_t)((m->checkpointed ? 1u : 0u) | (m->together ? 2u : 0u) | (m->light ? 4u : 0u)));
    writer_u8(w, m->kind);
    writer_u64(w, m->first_line);
    writer_bytes(w, m->lines);
}

status control_append_parse(slice payload, struct control_append *ret_message)
{
    struct cursor c = cursor_of(payload);
    struct control_append m = {};
    uint8_t flags = 0;
    TRY(cursor_u8(&c, &flags));
    TRY(cursor_u8(&c, &m.kind));
    TRY(cursor_u64(&c, &m.first_line));
    if (flags > 7) return FAIL(E_VALUE);
    m.checkpointed = (flags & 1u) != 0;
    m.together = (flags & 2u) != 0;
    m.light = (flags & 4u) != 0;
    if (m.kind != 0 && !decision_is_kind(m.kind)) return FAIL(E_UNKNOWN);
    if (m.together && m.kind == 0) return FAIL(E_VALUE);
    m.lines = slice_from(payload, c.pos);
    *ret_message = m;
    return OK;
}

void control_answers_write(const struct control_answers *m, struct writer *w)
{
    writer_u64(w, m->refused);
    writer_bytes(w, m->answers);
}

status control_answers_parse(slice payload, struct control_answers *ret_message)
{
    struct cursor c = cursor_of(payload);
    struct control_answers m = {};
    TRY(cursor_u64(&c, &m.refused));
    m.answers = slice_from(payload, c.pos);
    *ret_message = m;
    return OK;
}
