/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/node/view.h"
#include "report/report.h"

/*
 * report_of: the report of a period as a log gives it.
 */

/* From the log's first size entries, each of which is counted; shows its progress. *ret_report is
 * the caller's. As recount_all and report_build. */
status report_of_log(struct view *v, const struct report_period *period, uint64_t size,
                     struct report **ret_report, struct fault *f);
/* From all entries under the newest checkpoint, going on from what the log's last summary claims:
 * quick enough to ask again and again. */
status report_of_summary(struct view *v, const struct report_period *period,
                         struct report **ret_report, struct fault *f);
