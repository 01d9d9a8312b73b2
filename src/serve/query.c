/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/query.h"

#include "base/bytes.h"
#include "base/banned.h"

void query_ask_write(const struct query_ask *m, struct writer *w)
{
    writer_u64(w, m->id);
    writer_u8(w, m->question);
    writer_vec16(w, m->who);
    writer_u64(w, m->index);
    writer_u8(w, m->kind);
    writer_u16(w, m->limit);
    writer_u64(w, m->expect);
    writer_vec32(w, m->text);
}

status query_ask_parse(slice payload, struct query_ask *ret_message)
{
    struct cursor c = cursor_of(payload);
    struct query_ask m = {};
    TRY(cursor_u64(&c, &m.id));
    TRY(cursor_u8(&c, &m.question));
    TRY(cursor_vec16(&c, QUERY_WHO_BYTES_MAX, &m.who));
    TRY(cursor_u64(&c, &m.index));
    TRY(cursor_u8(&c, &m.kind));
    TRY(cursor_u16(&c, &m.limit));
    TRY(cursor_u64(&c, &m.expect));
    const bool decides = m.question == QUERY_DECIDE;
    TRY(cursor_vec32(&c, decides ? QUERY_DECISIONS_BYTES_MAX : QUERY_TEXT_BYTES_MAX, &m.text));
    TRY(cursor_end(&c));
    if (m.question == 0 || m.question >= QUERY_END) return FAIL(E_UNKNOWN);
    if (m.limit > QUERY_LIMIT_MAX) return FAIL(E_LIMIT);
    *ret_message = m;
    return OK;
}

void query_answer_write(const struct query_answer *m, struct writer *w)
{
    writer_u64(w, m->id);
    writer_u16(w, m->status);
    writer_u8(w, m->type);
    writer_u64(w, m->tag);
    writer_bytes(w, m->body);
}

status query_answer_parse(slice payload, struct query_answer *ret_message)
{
    struct cursor c = cursor_of(payload);
    struct query_answer m = {};
    TRY(cursor_u64(&c, &m.id));
    TRY(cursor_u16(&c, &m.status));
    TRY(cursor_u8(&c, &m.type));
    TRY(cursor_u64(&c, &m.tag));
    if (m.status < 200 || m.status > 599 || m.type > QUERY_BYTES) return FAIL(E_LIMIT);
    m.body = slice_from(payload, c.pos);
    *ret_message = m;
    return OK;
}
