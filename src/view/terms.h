/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "record/event.h"

/*
 * terms: what an event can be found by, and what a question asks for.
 *
 * A term is a field with its value (user=eve), or a word: a run of letters, digits, '_' and bytes
 * above 0x7f in any value, or in the line where it was not parsed. Capitals of ASCII count as small
 * letters. Of a value the first TERM_VALUE_BYTES_MAX bytes count, of a word TERM_WORD_BYTES_MAX.
 *
 * A question is terms with spaces between them, all of which an event must have: NAME=VALUE,
 * NAME="VALUE WITH SPACES", or text, which stands for each of its words.
 */
enum {
    TERM_VALUE_BYTES_MAX = 1024,
    TERM_WORD_BYTES_MAX = 64,
    TERM_WORD_BYTES_MIN = 2, /* shorter runs are no words */
    TERM_BYTES_MAX = 4096,   /* a term: a name of 2,048, '=' and a value */
    QUESTION_TERMS_MAX = 16,
    QUESTION_BYTES_MAX = 1024,
};

/* Called with each term in its one form: a word, or NAME=VALUE. A view that dies with the call. */
typedef void (*terms_each)(void *user, slice term);

/* The terms of a field, and of the words in its value. */
void terms_of_field(slice name, slice value, terms_each each, void *user);
/* The terms of an event's scalar fields; of its raw where it was not parsed. */
void terms_of_event(const struct event *event, terms_each each, void *user);

struct question {
    uint8_t room[QUESTION_BYTES_MAX + QUESTION_TERMS_MAX];
    slice terms[QUESTION_TERMS_MAX]; /* in their one form; views into the room */
    size_t count;
};

/* E_VALUE for a question without a term or with an open quote, E_LIMIT for a long one; the fault
 * says which. ret_question must stay where it is. */
status question_parse(slice text, struct question *ret_question, struct fault *f);
