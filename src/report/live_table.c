/* SPDX-License-Identifier: Apache-2.0 */
#include "report/live.h"

#include "base/bytes.h"

/* clang-format off */
#define FIGURE(id, kind, where, by, title, meaning) \
    { #id, where, by, title, meaning, KIND_##kind },
const struct figure live_only[] = {
#include "report/live.def"
};
/* clang-format on */
const size_t live_only_count = COUNT_OF(live_only);
#include "base/banned.h"
