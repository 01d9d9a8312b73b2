/* SPDX-License-Identifier: Apache-2.0 */
#include "record/schema_table.h"

#include "base/bytes.h"

/* Browsers know what things mean by its hash alone: verify/wasm/schema_own.c. */
#ifdef __wasm__
#define MEANING(text) ""
#else
#define MEANING(text) text
#endif

/* clang-format off */
enum { SECOND = GRANULARITY_SECOND, MINUTE = GRANULARITY_MINUTE, DAY = GRANULARITY_DAY };
enum {
    REQUIRED = FIELD_REQUIRED,
    SUBJECT = FIELD_SUBJECT,
    ACCOUNTABLE = FIELD_ACCOUNTABLE,
    LARGE = FIELD_LARGE,
};
enum {
    WIDTH_MARKET = 2,
    WIDTH_CHOICE = 1,
    WIDTH_BITS = 1,
    WIDTH_FLAG = 1,
    WIDTH_U8 = 1,
    WIDTH_U16 = 2,
};

/* Each column has one enumerator with its offset, and one that makes the next begin behind it. */
enum {
#define KIND(name, ...) OFFSET_START_##name = -1,
#define COLUMN(kind, name, type, ...) \
    OFFSET_##kind##_##name, OFFSET_LAST_##kind##_##name = OFFSET_##kind##_##name + WIDTH_##type - 1,
#define END_KIND(name) COLUMNS_BYTES_##name,
#include "record/schema.def"
};

#define END_KIND(name) \
    static_assert((int)COLUMNS_BYTES_##name <= (int)COLUMNS_BYTES_MAX, "columns"); \
    static_assert((int)FIELDS_END_##name - 1 <= (int)FIELDS_MAX, "fields");
#include "record/schema.def"

#define CHOICE(list, title) static const struct choice_value_row values_##list[] = {
#define VALUE(list, number, name, meaning) { number, #name, MEANING(meaning) },
#define END_CHOICE(list) {} };
#include "record/choices.def"

static const struct choice_value_row values_none[] = { {} };
static const struct choice choice_none = { "none", "", values_none };

#define CHOICE(list, title) \
    static const struct choice choice_##list = { #list, MEANING(title), values_##list };
#include "record/choices.def"

const struct choice *const choice_table[] = {
#define CHOICE(list, title) &choice_##list,
#include "record/choices.def"
};
const size_t choice_table_count = COUNT_OF(choice_table);

#define KIND(name, ...) static const struct schema_column columns_##name[] = {
#define COLUMN(kind, name, type, list, meaning) \
    { #name,        COLUMN_##type,  OFFSET_##kind##_##name, \
      WIDTH_##type, &choice_##list, MEANING(meaning) },
#define END_KIND(...) {} };
#include "record/schema.def"

#define KIND(name, ...) static const struct schema_field fields_##name[] = {
#define FIELD(kind, name, type, flags, within, meaning) \
    { #name, TYPE_##type, flags, FIELD_##kind##_##within, MEANING(meaning) },
#define END_KIND(...) {} };
#include "record/schema.def"

const struct schema schema_table[KIND_LAST + 1] = {
#define KIND(name_, number, version_, granularity, retention_, flags_, title_) \
    [number] = { \
        .name = #name_, \
        .title = MEANING(title_), \
        .columns = columns_##name_, \
        .fields = fields_##name_, \
        .granularity_s = (granularity), \
        .version = (version_), \
        .kind = (number), \
        .flags = (flags_), \
        .retention = RETENTION_##retention_, \
        .column_count = COUNT_OF(columns_##name_) - 1, \
        .columns_bytes = COLUMNS_BYTES_##name_, \
        .field_count = COUNT_OF(fields_##name_) - 1, \
    },
#include "record/schema.def"
};
/* clang-format on */
#include "base/banned.h"
