/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of candor append: what is read can be encoded and decoded; else there is a message. */
#include <assert.h>
#include "base/bytes.h"
#include "lib/json.h"
#include "record/entry.h"
#include "record/fields.h"
#include "record/input.h"
#include "record/opening.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void it_encodes_and_decodes(const struct record *r)
{
    static uint8_t room[1 << 22];
    static const salt salts[FIELDS_MAX];
    struct writer w = writer_of(room, sizeof room);
    struct entry e;
    struct opening o;
    struct fault fault;
    const status encoded = entry_encode(r, salts, &w);
    if (encoded.code == E_LIMIT) return; /* a body that no entry can hold */
    assert(encoded.code == E_OK);
    assert(entry_parse(writer_slice(&w), &e, &fault).code == E_OK);
    if ((e.schema->flags & KIND_BODY) != 0) return;
    const size_t start = w.len;
    assert(opening_encode_record(r, &w).code == E_OK);
    assert(opening_decode(e.schema, slice_from(writer_slice(&w), start), &o).code == E_OK);
    assert(fields_check(e.schema, o.fields, &fault).code == E_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct json_parser *parser;
    static struct arena arena;
    struct record r = { .kind = 255 };
    struct fault fault = {};
    if (parser == NULL) parser = json_parser_new();
    arena.cap = (size_t)8 << 20;
    arena_reset(&arena);
    if (record_parse_json(parser, (slice){ data, len }, &arena, &r, &fault).code == E_OK) {
        it_encodes_and_decodes(&r);
    } else {
        assert(r.kind == 255 && fault.text[0] != '\0');
    }
    return 0;
}
