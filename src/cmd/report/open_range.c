/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/report/open_range.h"

#include "base/bytes.h"
#include "cmd/node/duty.h"
#include "cmd/progress.h"
#include "ledger/erase/erasures.h"
#include "ledger/keys.h"
#include "base/banned.h"

static status record_look(const struct open_range *r, uint64_t size, struct fault *f)
{
    uint8_t answer[DUTY_ANSWER_BYTES_MAX];
    uint8_t range[16] = {};
    struct writer w = writer_of(answer, sizeof answer);
    struct duty d = duty_of(DUTY_SEARCH);
    put_u64(range + 8, size - 1);
    d.slots[DUTY_RECORDS] = (slice){ range, sizeof range };
    d.slots[DUTY_ACTOR] = slice_text(r->by);
    d.slots[DUTY_NOTE] = slice_text(r->why);
    const status s = duty_ask(r->dir, &d, &w, f);
    return s.code == E_OK ? OK : fault_within(f, s, "the look cannot be recorded");
}

/* A watcher that shows how far it is. */
struct shown {
    const struct scan_watcher *of;
    struct progress progress;
};

static status take(void *self, const struct scanned_record *r, struct fault *f)
{
    const struct scan_watcher *of = ((struct shown *)self)->of;
    return of->record(of->self, r, f);
}

static bool wants(void *self, uint64_t index, slice entry)
{
    const struct scan_watcher *of = ((struct shown *)self)->of;
    return of->wants(of->self, index, entry);
}

static void step(void *self, uint64_t entries)
{
    progress_step(&((struct shown *)self)->progress, entries);
}

status open_range(const struct open_range *r, struct fault *f)
{
    struct node *n = &r->view->node;
    const uint64_t size = r->view->head.checkpoint.size;
    struct shown shown = { .of = &r->watcher };
    const struct scan_watcher watcher = { &shown, take, wants, step };
    struct keys *keys = NULL;
    if (size == 0) return OK;
    TRY(record_look(r, size, f));
    TRY(erasures_check(&n->store, n->archive, f));
    TRY(keys_open(&n->store, NULL, &keys, f));
    shown.progress = progress_start("opening", size, "entries");
    const status s = scan_records(n->archive, keys, 0, size, &watcher, f);
    progress_end(&shown.progress);
    keys_free(keys);
    return s;
}
