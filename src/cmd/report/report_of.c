/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/report/report_of.h"

#include "cmd/progress.h"
#include "ledger/count/recount.h"
#include "base/banned.h"

static void show_progress(void *with, uint64_t entries)
{
    progress_step(with, entries);
}

/* The report of what was counted: the entries before size. */
static status build(struct view *v, const struct report_period *period, uint64_t size,
                    struct counter *counter, struct report **ret_report, struct fault *f)
{
    const struct merkle_source source = { archive_tree(v->node.archive), tree_node };
    struct counter_table table = {};
    struct report_input in = {
        .period = *period, .origin = v->head.checkpoint.origin, .size = size, .table = &table
    };
    const status s = counter_table(counter, &table);
    if (s.code != E_OK) return fault_set(f, s, "out of memory");
    TRY(merkle_root(&source, (struct merkle_range){ 0, size }, &in.root));
    return report_build(&in, ret_report, f);
}

status report_of_log(struct view *v, const struct report_period *period, uint64_t size,
                     struct report **ret_report, struct fault *f)
{
    struct counter *counter = NULL;
    struct progress progress = progress_start("counting", size, "entries");
    status s = recount_all(v->node.archive, size, show_progress, &progress, &counter, f);
    progress_end(&progress);
    if (s.code == E_OK) s = build(v, period, size, counter, ret_report, f);
    counter_free(counter);
    return s;
}

status report_of_summary(struct view *v, const struct report_period *period,
                         struct report **ret_report, struct fault *f)
{
    struct counter *counter = NULL;
    const uint64_t size = v->head.checkpoint.size;
    TRY(recount_from_summary(v->node.archive, size, &counter, f));
    const status s = build(v, period, size, counter, ret_report, f);
    counter_free(counter);
    return s;
}
