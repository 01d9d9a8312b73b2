/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The judge's state between front and scribe, and at rest: parts and questions come out as they
 * went in, places that were checked are searched within their bytes, and a snapshot's head is taken
 * exactly or not at all.
 */
#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "serve/handover.h"
#include "view/snapshots.h"
#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void messages(slice bytes)
{
    struct handover_part part = {};
    struct handover_ask ask = {};
    uint8_t *room = malloc(bytes.len + 16);
    assert(room != NULL);
    struct writer w = writer_of(room, bytes.len + 16);
    if (handover_part_parse(bytes, &part).code == E_OK) {
        handover_part_write(&part, &w);
        assert(slice_equal(writer_slice(&w), bytes));
    }
    w = writer_of(room, bytes.len + 16);
    if (handover_ask_parse(bytes, &ask).code == E_OK) {
        handover_ask_write(ask, &w);
        assert(slice_equal(writer_slice(&w), bytes));
    }
    free(room);
}

static void places(slice bytes)
{
    struct handover_places p = {};
    slice correlator = {};
    uint64_t last = 0;
    if (handover_state_parse(bytes, &correlator, &p).code != E_OK) return;
    for (size_t at = 0; at + 8 <= p.runs.len; at += 8) {
        uint64_t index = 0;
        (void)handover_find(&p, get_u64(p.runs.at + at), &index);
        if (at % 16 != 0 || !handover_find(&p, get_u64(p.runs.at + at), &index)) continue;
        assert(index >= last); /* the order stays */
        last = index;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const slice bytes = { len == 0 ? (const uint8_t *)"" : data, len };
    struct snapshot_head head = {};
    messages(bytes);
    places(bytes);
    if (snapshot_head_parse(bytes, &head).code == E_OK) {
        assert(head.state_bytes <= SNAPSHOT_STATE_BYTES_MAX);
    }
    return 0;
}
