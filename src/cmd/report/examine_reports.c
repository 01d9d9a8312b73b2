/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What candor doctor says of published reports: whether the log still gives them, and which are
 * late or missing.
 */
#include <inttypes.h>
#include "cmd/log/examination.h"
#include "cmd/report/published_cells.h"
#include "os/clock.h"
#include "base/banned.h"

enum { DAY_S = 86400 };

static void tell_disagreement(void *with, const struct disagreement *d)
{
    const struct registered *r = d->report;
    examination_tell(with, WARNING, "reports", "%s version %" PRIu64 ": %s", r->period.name,
                     r->version, d->text);
}

/* What is late or restated stays so for ever; only what is missing can be mended. */
static void tell_missing(void *with, const struct register_failure *failure)
{
    if (failure->kind != REGISTER_MISSING) return;
    examination_tell(with, WARNING, "reports", "%s: not published, due %" PRIu64 " days ago",
                     failure->period.name, failure->late_s / DAY_S);
}

void examine_reports(struct examination *e, struct view *v)
{
    struct report_register reports = {};
    struct fault f = {};
    const unsigned before = e->warnings;
    status s = register_load(&reports, v->node.archive, &f);
    if (s.code == E_OK) s = published_check(e->dir, v, &reports, tell_disagreement, e, &f);
    if (s.code == E_OK) {
        register_failures(&reports, (uint64_t)(clock_real_ns() / CLOCK_NS_PER_S), tell_missing, e);
    }
    if (s.code != E_OK) {
        examination_tell(e, FAULT, "reports", "%s", f.text);
    } else if (e->warnings == before) {
        examination_tell(e, FINE, "reports", "%zu published, all of them as the log gives them",
                         reports.count);
    }
    register_done(&reports);
}
