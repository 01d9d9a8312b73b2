/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of the daily dumps: every byte is taken once, whatever it is, and each row that is read
 * becomes one line of JSON that a decision can be read from.
 */
#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "intake/decision/decision.h"
#include "intake/decision/dump.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Whatever the row says, reading it ends with a record or with complaints. */
static void decide(struct json_parser *parser, slice line, bool light)
{
    static struct decision d;
    static struct complaints complaints;
    struct arena arena = arena_of(DECISION_ARENA_BYTES_MAX);
    struct json_document document = {};
    struct record record = {};
    struct fault f = {};
    assert(json_parse(parser, line, &document, &f).code == E_OK);
    decision_start(&d, KIND_enforcement, 0, (slice){ (const uint8_t *)"DE", 2 }, &arena,
                   &complaints);
    d.is_light = light;
    decision_give_object(&d, &document, &document.nodes[0]);
    if (decision_check(&d)) {
        assert(decision_end(&d, &record, &f).code == E_OK);
    } else {
        assert(complaints.count > 0);
    }
    arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static uint8_t room[DUMP_LINE_BYTES_MAX];
    static struct dump_row row;
    struct dump d = {};
    struct fault f = {};
    size_t used = 0;
    slice rest = { len == 0 ? (const uint8_t *)"" : data, len };
    if (dump_begin(rest, &d, &used, &f).code != E_OK) return 0;
    struct json_parser *parser = json_parser_new();
    assert(parser != NULL);
    for (rest = slice_from(rest, used); rest.len > 0; rest = slice_from(rest, used)) {
        struct writer w = writer_of(room, sizeof room);
        const status s = dump_next(&d, rest, &row, &used, &f);
        assert(used > 0 && used <= rest.len);
        if (s.code != E_OK) continue;
        dump_write(&d, &row, &w);
        if (writer_end(&w).code == E_OK) decide(parser, writer_slice(&w), d.is_light);
    }
    json_parser_free(parser);
    return 0;
}
