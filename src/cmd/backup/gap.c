/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/backup/gap.h"

#include "base/text.h"
#include "ledger/backup/gaps.h"
#include "ledger/layout.h"
#include "ledger/store_file.h"
#include "os/clock.h"
#include "record/draft.h"
#include "record/kinds.h"
#include "base/banned.h"

enum { NS_PER_S = 1000000000, WHY_BYTES_MAX = 1024 };

static status gap_add(struct node *n, const struct gap_range *range, slice why, struct fault *f)
{
    struct draft d;
    struct record record = {};
    const int64_t now_ns = clock_real_ns();
    draft_start(&d, KIND_gap, (uint64_t)(now_ns / NS_PER_S));
    if (n->config.market[0] != '\0')
        draft_market(&d, COLUMN_gap_market, slice_text(n->config.market));
    draft_column(&d, COLUMN_gap_cause, VALUE_gap_cause_openings);
    draft_time(&d, FIELD_gap_time, now_ns);
    draft_text(&d, FIELD_gap_source, slice_text(n->config.origin));
    draft_u64(&d, FIELD_gap_first, range->first);
    draft_u64(&d, FIELD_gap_last, range->last);
    draft_u64(&d, FIELD_gap_amount, range->last - range->first + 1);
    draft_text(&d, FIELD_gap_detail, why);
    uint64_t index = 0;
    TRY(draft_end(&d, NULL, &record, f));
    return committer_add(n->committer, &record, &index, f);
}

static status gaps_record(struct node *n, slice why, struct fault *f)
{
    struct gap_ranges ranges = {};
    struct keys *keys = NULL;
    TRY(keys_open(&n->store, NULL, &keys, f));
    status s = gaps_unnamed(n->archive, keys, &ranges, f);
    keys_free(keys);
    for (size_t i = 0; s.code == E_OK && i < ranges.count; i++)
        s = gap_add(n, &ranges.at[i], why, f);
    gap_ranges_done(&ranges);
    if (s.code == E_OK) s = committer_flush(n->committer, f);
    if (s.code == E_OK) s = committer_wait(n->committer, archive_size(n->archive), true, f);
    return s;
}

status gap_settle(struct node *n, struct fault *f)
{
    uint8_t text[WHY_BYTES_MAX];
    size_t len = 0;
    const status s = store_file_read(&n->store, LAYOUT_GAP, text, sizeof text, &len, f);
    if (s.code == E_NOT_FOUND) return OK;
    TRY(s);
    if (len > 0 && text[len - 1] == '\n') len--;
    const slice why = { text, len };
    TRY(gaps_record(n, text_is_utf8(why) ? why : slice_none(), f));
    TRY(n->store.ops->remove(n->store.self, LAYOUT_GAP, f));
    return n->store.ops->sync_dir(n->store.self, LAYOUT_LOG, f);
}
