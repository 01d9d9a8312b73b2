/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "report/lint/check.h"

/*
 * check_dump: a daily dump of statements of reasons.
 */

/* TR-02, TR-03, TR-69 to TR-72. E_NOMEM. */
status check_dump(struct lint *l, const struct lint_file *file, struct fault *f);
