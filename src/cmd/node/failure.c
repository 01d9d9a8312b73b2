/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/failure.h"

#include "base/bytes.h"
#include "base/cursor.h"
#include "base/banned.h"

void failure_write(status why, const struct fault *f, struct writer *w)
{
    writer_u32(w, (uint32_t)why.code);
    writer_vec16(w, slice_text(f->text));
}

status failure_parse(slice payload, struct fault *f)
{
    struct cursor c = cursor_of(payload);
    uint32_t code = 0;
    slice text = {};
    TRY(cursor_u32(&c, &code));
    TRY(cursor_vec16(&c, sizeof f->text - 1, &text));
    TRY(cursor_end(&c));
    if (code == E_OK || code > INT32_MAX) return FAIL(E_SYNTAX);
    return fault_set(f, FAIL((int32_t)code), "%.*s", (int)text.len, (const char *)text.at);
}
