/* SPDX-License-Identifier: Apache-2.0 */
#include "report/lint/lint.h"

#include "base/bytes.h"

/* clang-format off */
enum {
    PART = LINT_PART,
    TIDY = LINT_TIDY,
    REPORT = LINT_REPORT,
    DUMP = LINT_DUMP,
    VERSIONS = LINT_VERSIONS,
    LOG = LINT_LOG,
};

#define RULE(number, severity, kinds, title, meaning) \
    { title, meaning, number, LINT_##severity, kinds },
const struct lint_rule lint_rules[] = {
#include "report/lint/rules.def"
};
/* clang-format on */
const size_t lint_rule_count = COUNT_OF(lint_rules);
#include "base/banned.h"
