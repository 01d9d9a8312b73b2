/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/sigma/predicate.h"
#include "record/event.h"

/*
 * member: the fields of an event that a rule's field name means: every visible field of that name.
 * Aliases are visible to rules with a category, the native fields that they hide to the others; if
 * one of the fields is a literal name with a dot in it, only such fields count (point 12).
 */
struct member_walk {
    const struct event *event;
    slice name;
    uint32_t name_hash;
    uint8_t hidden;  /* enum event_field_flags that this rule does not see */
    bool is_literal; /* only EVENT_FIELD_LITERAL counts */
    size_t at;
};

/* A walk over what the field means in the event; the name stays borrowed. */
struct member_walk member_walk_of(const struct event *event, const struct rule_field *field);
/* The next member, NULL behind the last. O(fields of the event) for the whole walk. */
const struct event_field *member_next(struct member_walk *w);
/* Whether the field holds a text, number or boolean. */
static inline bool member_is_scalar(const struct event_field *field)
{
    return field->type == EVENT_TEXT || field->type == EVENT_NUMBER || field->type == EVENT_BOOL;
}
/* Whether a keyword is searched in this field: a scalar that is not derived from another. */
static inline bool member_is_searched(const struct event_field *field)
{
    return member_is_scalar(field) && (field->flags & EVENT_FIELD_DERIVED) == 0;
}
