/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/center/head.h"

#include <stdlib.h>
#include "base/base64.h"
#include "base/bytes.h"
#include "ledger/cosignature.h"
#include "base/banned.h"

/* The time of a cosignature: the first 8 bytes behind the key's ID. 0 if it is none. */
static uint64_t time_of(const struct note_signature *s)
{
    uint8_t bytes[NOTE_SIGNATURE_BYTES_MAX];
    size_t len = 0;
    const status decoded = base64_decode(s->base64, bytes, sizeof bytes, &len);
    const bool fits = decoded.code == E_OK && len == 4 + COSIGNATURE_BYTES;
    return fits ? get_u64(bytes + 4) : 0;
}

size_t head_witnesses(const struct facts *facts, struct head_witness *ret_witnesses)
{
    struct fault unused;
    size_t count = 0;
    struct note *note = calloc(1, sizeof *note);
    const bool is_read = note != NULL && note_parse(facts->shown, note, &unused).code == E_OK;
    for (size_t i = 0; is_read && i < note->count && count < HEAD_WITNESSES_MAX; i++) {
        const struct note_signature *s = &note->signatures[i];
        const uint64_t time_s = time_of(s);
        if (slice_equal(s->name, facts->checkpoint.origin) || time_s == 0) continue;
        ret_witnesses[count++] = (struct head_witness){ s->name, time_s };
    }
    free(note);
    return count;
}

void head_put_facts(struct page *p)
{
    const struct facts *facts = p->view->facts;
    struct head_witness witnesses[HEAD_WITNESSES_MAX];
    const size_t count = head_witnesses(facts, witnesses);
    page_put(p, "<div><dt>Entries in the log</dt><dd class=\"big\">");
    page_number(p, facts->checkpoint.size);
    page_put(p, "</dd></div>\n<div><dt>Head signed</dt><dd>");
    if (facts->signed_s == 0) page_put(p, "at a time that this node cannot say");
    if (facts->signed_s > 0) page_age(p, facts->signed_s);
    page_put(p, "</dd></div>\n<div><dt>Witnesses</dt><dd>");
    if (count == 0) page_put(p, "<span class=\"state no\">None has cosigned</span>");
    if (count > 0) {
        page_printf(p, "<span class=\"state\">%zu cosigned</span>, ", count);
        page_age(p, witnesses[0].time_s);
    }
    page_put(p, "</dd></div>\n");
}
