/* SPDX-License-Identifier: Apache-2.0 */
#include "report/figure.h"

#include "base/bytes.h"

/* clang-format off */
#define FIGURE(id, kind, where, by, title, meaning) \
    { #id, where, by, title, meaning, KIND_##kind },
const struct figure figures[] = {
#include "report/figures.def"
};
/* clang-format on */
const size_t figure_count = COUNT_OF(figures);
#include "base/banned.h"
