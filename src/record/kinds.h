/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * kinds: the numbers of all kinds, fields, columns and values of closed lists, as enumerators made
 * from schema.def and choices.def. They stand in logs and never change.
 *
 * KIND_event is the number of a kind, COLUMN_event_market the position of a column (from 0),
 * FIELD_event_raw the id of a field (from 1), VALUE_trust_token a value of a closed list.
 */
/* clang-format off */
enum kind {
#define KIND(name, number, ...) KIND_##name = (number),
#include "record/schema.def"
    KIND_LAST = KIND_report,
};

enum field_id {
#define KIND(name, ...) FIELD_##name##_none = 0,
#define FIELD(kind, name, ...) FIELD_##kind##_##name,
#define END_KIND(name) FIELDS_END_##name,
#include "record/schema.def"
};

enum column_position {
#define KIND(name, ...) COLUMNS_START_##name = -1,
#define COLUMN(kind, name, ...) COLUMN_##kind##_##name,
#include "record/schema.def"
};

enum choice_value {
#define VALUE(list, number, name, meaning) VALUE_##list##_##name = (number),
#include "record/choices.def"
};
/* clang-format on */
