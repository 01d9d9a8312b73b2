/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/sigma/fast/index.h"
#include "judge/sigma/fast/program.h"
#include "judge/sigma/fast/quick.h"
#include "judge/sigma/predicate.h"
#include "judge/sigma/regex.h"
#include "record/event.h"

/*
 * answers: the predicates of one event. Each is worked out when it is asked for first and then
 * remembered for all rules; each value is put into the forms that patterns need once.
 */
enum { ANSWERS_ROUND_MAX = INT32_MAX };
enum answers_form { ANSWERS_FOLDED, ANSWERS_DASHED, ANSWERS_FORMS };

/* What is known of one field of the event. */
struct answers_field {
    uint32_t name; /* of the index, or INDEX_NO_NAME */
    uint32_t next; /* the next field of the same name + 1, or 0 */
    uint8_t made;  /* 1 << enum answers_form */
    bool is_ascii; /* the folded value, where it is made */
    slice formed[ANSWERS_FORMS];
};

/* The fields of one name in the event of that round, as a list. */
struct answers_name {
    uint32_t round;
    uint32_t head, tail; /* field + 1 */
};

struct answers {
    const struct ruleset *rs; /* borrowed */
    const struct index *index;
    const struct quick *quick;
    const struct event *event;
    struct answers_field *fields; /* owned; EVENT_FIELDS_MAX */
    uint32_t round;               /* of the event at hand, 1 to ANSWERS_ROUND_MAX */
    struct answers_name *names;   /* owned; per name of the index */
    uint32_t *known; /* owned; per predicate: round in which it was asked, and answer */
    uint8_t *bytes;  /* owned; formed values */
    size_t cap, used;
    uint8_t *left, *right; /* owned; the sides of a comparison that is cased and dashed */
    struct regex_scratch regex;
};

/* quick: of the same set. E_NOMEM. */
status answers_init(struct answers *a, const struct ruleset *rs, const struct index *index,
                    const struct quick *quick);
void answers_done(struct answers *a);
/* Starts with an event: names are looked up, nothing else. E_NOMEM. */
status answers_begin(struct answers *a, const struct event *event);
/* Makes what answers_formed has not found. */
slice answers_form(struct answers *a, uint32_t field, enum answers_form form);
/* The value of a scalar field in folded or dashed form; GRAM_READ_BEHIND bytes behind it may be
 * read. */
static inline slice answers_formed(struct answers *a, uint32_t field, enum answers_form form)
{
    const struct answers_field *f = &a->fields[field];
    return (f->made & 1u << form) != 0 ? f->formed[form] : answers_form(a, field, form);
}
/* All values in which keywords are searched in folded form, a NUL between them; others may stand
 * between them too. Before any value is asked for in another form. */
slice answers_all(struct answers *a, bool *ret_is_ascii);
/* The raw line folded, as keywords see an event without fields. */
slice answers_raw(struct answers *a, bool *ret_is_ascii);
/* Whether the predicate holds. */
bool answers_ask(struct answers *a, uint32_t predicate);
/* Whether the condition of the rule of that number, which has a program, holds. */
bool answers_run(struct answers *a, const struct program *program, uint32_t rule);
