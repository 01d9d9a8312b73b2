/* SPDX-License-Identifier: Apache-2.0 */
#include "record/facts_table.h"

#include "base/bytes.h"

/* clang-format off */
enum { REQUIRED = FIELD_REQUIRED };
enum { FIELD_fact_VALUES = FIELD_fact_values };

#define FACT(name, ...) static const struct fact_field fields_##name[] = {
#define FACT_FIELD(fact, name, slot, type, flags, words, meaning) \
    { #name, FIELD_fact_##slot, TYPE_##type, flags, words, meaning },
#define END_FACT(...) };
#include "record/facts.def"

const struct fact fact_table[FACT_LAST + 1] = {
#define FACT(name_, number_, group_, title_) \
    [number_] = { \
        .name = #name_, \
        .title = title_, \
        .fields = fields_##name_, \
        .number = (number_), \
        .group = VALUE_fact_group_##group_, \
        .field_count = COUNT_OF(fields_##name_), \
    },
#include "record/facts.def"
};
/* clang-format on */
#include "base/banned.h"
