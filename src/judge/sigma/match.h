/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/sigma/predicate.h"
#include "judge/sigma/regex.h"
#include "record/event.h"

/*
 * match: whether one member of a field passes a predicate. Every engine ends here, except that the
 * naive one compares texts by pattern_match_naive; each answer is linear in the member.
 */

/* Numbers by value, whatever the text says: PREDICATE_NUMBER, and PREDICATE_TEXT from a number. */
bool match_number(const struct predicate *p, const struct event_field *member);
/* PREDICATE_TIME. False where the member is no time, or a date without the part asked for. */
bool match_time(const struct predicate *p, const struct event_field *member);
/* PREDICATE_CIDR. False where the member is no address. */
bool match_network(const struct predicate *p, const struct event_field *member);
/* PREDICATE_FIELDREF on one member of either field; numbers are equal as numbers too. The two texts
 * are in the predicate's form. */
bool match_fieldref(const struct predicate *p, const struct event_field *left, slice left_formed,
                    const struct event_field *right, slice right_formed);
/* Any predicate but PREDICATE_FIELDREF, PREDICATE_NULL and PREDICATE_EXISTS on a member that is a
 * scalar. formed: the member's text in the form of p->text.pattern (PREDICATE_TEXT only). */
bool match_scalar(const struct predicate *p, const struct event_field *member, slice formed,
                  struct regex_scratch *scratch);
