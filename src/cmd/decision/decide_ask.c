/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/decision/decide_ask.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "base/num.h"
#include "cmd/decision/decide.h"
#include "cmd/decision/receipt.h"
#include "cmd/node/control.h"
#include "base/banned.h"

enum { UNPROCESSABLE = 422, PROOF_BYTES_MAX = 16 * 1024 };

/* The N of {"index":N,…}. */
static status index_of(slice line, uint64_t *ret_index, struct fault *f)
{
    static const char head[] = "{\"index\":";
    const slice rest = slice_from(line, line.len < sizeof head - 1 ? line.len : sizeof head - 1);
    const uint8_t *comma = memchr(rest.at, ',', rest.len);
    const size_t len = comma == NULL ? 0 : (size_t)(comma - rest.at);
    if (num_parse_u64((slice){ rest.at, len }, ret_index).code == E_OK) return OK;
    return fault_set(f, FAIL(E_UNKNOWN), "the scribe answered something else");
}

/* The answer of the scribe, with the receipt behind its members. */
static status write_receipt(struct reader *r, slice line, struct fault *f)
{
    uint8_t room[PROOF_BYTES_MAX];
    struct writer proof = writer_of(room, sizeof room);
    uint64_t index = 0;
    slice entry = {};
    TRY(index_of(line, &index, f));
    TRY(reader_prove(r, index, &proof, f));
    TRY(archive_entry(r->view.node.archive, index, &entry, f));
    writer_bytes(&r->body, (slice){ line.at, line.len - 1 }); /* but for its last brace */
    writer_text(&r->body, ",\"receipt\":");
    struct json_writer j = json_writer_of(&r->body);
    receipt_write(&j, index, entry, writer_slice(&proof));
    writer_text(&r->body, "}");
    return writer_end(&r->body);
}

static status write_receipts(struct reader *r, uint8_t kind, bool is_batch, slice answers,
                             struct fault *f)
{
    const char *comma = "";
    TRY(reader_refresh(r, f));
    if (is_batch) writer_printf(&r->body, "{\"%ss\":[", decision_noun(kind));
    while (answers.len > 0) {
        const slice line = ingest_first_line(answers);
        answers = slice_from(answers, line.len < answers.len ? line.len + 1 : line.len);
        writer_text(&r->body, comma);
        TRY(write_receipt(r, line, f));
        comma = ",";
    }
    writer_text(&r->body, is_batch ? "]}\n" : "\n");
    return writer_end(&r->body);
}

/* A batch is an object with one member, a list; the scribe has read it already. */
static status is_batch_of(uint8_t kind, slice json, bool *ret_is_batch, struct fault *f)
{
    struct json_document document = {};
    struct json_parser *parser = json_parser_new();
    if (parser == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    const status s = json_parse(parser, json, &document, f);
    if (s.code == E_OK) *ret_is_batch = decision_batch(kind, &document) != NULL;
    json_parser_free(parser);
    return s;
}

static status decide(struct reader *r, const struct query_ask *m, struct writer *answers,
                     struct fault *f)
{
    const struct control_append append = {
        .checkpointed = true, .together = true, .kind = m->kind, .lines = m->text
    };
    uint64_t refused = 0;
    bool is_batch = false;
    TRY(duty_append(r->dir, &append, answers, &refused, f));
    if (refused == 0) {
        TRY(is_batch_of(m->kind, m->text, &is_batch, f));
        return write_receipts(r, m->kind, is_batch, writer_slice(answers), f);
    }
    r->code = UNPROCESSABLE;
    writer_bytes(&r->body, writer_slice(answers));
    return writer_end(&r->body);
}

status reader_ask_decide(struct reader *r, const struct query_ask *m, struct fault *f)
{
    struct writer answers = writer_of(malloc(DECIDE_ANSWER_BYTES_MAX), DECIDE_ANSWER_BYTES_MAX);
    if (answers.at == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    const status s = decide(r, m, &answers, f);
    free(answers.at);
    return s;
}
