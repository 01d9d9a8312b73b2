/* SPDX-License-Identifier: Apache-2.0 */
/* Count proofs and counter tables: failure changes nothing; a table that parses has one form. */
#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/count/count.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void table_has_one_form(slice bytes)
{
    struct counter_table t = { .size = 99, .row_count = SIZE_MAX };
    struct fault fault = {};
    if (counter_table_parse(bytes, &t, &fault).code != E_OK) {
        assert(t.size == 99 && t.row_count == SIZE_MAX && fault.text[0] != '\0');
        return;
    }
    uint8_t *again = malloc(bytes.len);
    assert(again != NULL);
    struct writer w = writer_of(again, bytes.len);
    assert(counter_table_format(&t, &w).code == E_OK);
    assert(slice_equal(writer_slice(&w), bytes));
    free(again);
    hash path[COUNTER_PATH_MAX];
    hash root;
    const hash whole = counter_table_root(&t);
    for (size_t first = 0; first < t.row_count; first += 1 + t.row_count / 8) {
        const slice rows = { t.rows.at + first * COUNTER_ROW_BYTES, COUNTER_ROW_BYTES };
        const size_t count = counter_table_prove(&t, first, 1, path);
        assert(counter_rows_root(rows, first, t.row_count, path, count, &root).code == E_OK);
        assert(bytes_equal(root.bytes, whole.bytes, sizeof root.bytes));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static uint8_t entry_room[ENTRY_BYTES_MAX];
    const slice bytes = { data, len };
    struct count_claim claim = { .in_time = 99 };
    struct fault fault = {};
    if (count_check(bytes, entry_room, &claim, &fault).code != E_OK) {
        assert(claim.in_time == 99 && fault.text[0] != '\0');
    } else {
        uint8_t room[512];
        struct writer w = writer_of(room, sizeof room);
        count_query_print(&claim.query, &w);
        assert(writer_end(&w).code == E_OK);
    }
    table_has_one_form(bytes);
    return 0;
}
