/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "intake/decision/decision.h"
#include "intake/decision/words.h"

/*
 * rules: the tables of members that each kind of decision has, and the rules between members; for
 * the files of this folder alone.
 */
enum member_flags {
    MEMBER_REQUIRED = 1u << 0,  /* unless it is a later stage */
    MEMBER_NOT_LIGHT = 1u << 1, /* a light dump does not have it */
    MEMBER_ALWAYS = 1u << 2,    /* required in later stages too */
};

struct member {
    const char *name;
    void (*take)(struct decision *d, const struct member *m, const struct given *v);
    int16_t place; /* COLUMN_… or FIELD_… */
    uint16_t most; /* characters of a text; the highest number of a choice */
    uint8_t flags; /* enum member_flags */
    const struct words *words;
};

struct member_table {
    const struct member *at;
    size_t count;
    void (*check)(struct decision *d);
};

/* By kind. */
const struct member_table *decision_members(uint8_t kind);
extern const struct member_table members_enforcement; /* statement.c */
extern const struct member_table members_notice;      /* request.c */
extern const struct member_table members_order;
extern const struct member_table members_appeal;
extern const struct member_table members_declared; /* declared.c */

/* Whether the member of that name was given something. */
bool member_seen(const struct decision *d, const char *name);
/* A complaint about the member of that name. */
#define COMPLAIN(d, name, ...) complain((d)->complaints, slice_text(name), __VA_ARGS__)

/* ---- take.c: how a value becomes part of the draft ---- */
void take_choice(struct decision *d, const struct member *m, const struct given *v);
void take_bits(struct decision *d, const struct member *m, const struct given *v);
void take_flag(struct decision *d, const struct member *m, const struct given *v);
void take_market(struct decision *d, const struct member *m, const struct given *v);
void take_text(struct decision *d, const struct member *m, const struct given *v);
void take_url(struct decision *d, const struct member *m, const struct given *v);
/* Letters, digits, '-' and '_': the statement's own identifier. */
void take_puid(struct decision *d, const struct member *m, const struct given *v);
/* As take_text; the decision's own identifier. */
void take_id(struct decision *d, const struct member *m, const struct given *v);
void take_word(struct decision *d, const struct member *m, const struct given *v);
/* Sorted, each once. */
void take_words(struct decision *d, const struct member *m, const struct given *v);
void take_categories(struct decision *d, const struct member *m, const struct given *v);
/* As take_words of any text. */
void take_texts(struct decision *d, const struct member *m, const struct given *v);
void take_date(struct decision *d, const struct member *m, const struct given *v);
void take_time(struct decision *d, const struct member *m, const struct given *v);
/* "Yes" or "No", true or false. */
void take_bool(struct decision *d, const struct member *m, const struct given *v);
void take_number(struct decision *d, const struct member *m, const struct given *v);
void take_digits(struct decision *d, const struct member *m, const struct given *v);
/* Items: the field, and the column beside it, which ends at 255. */
void take_items(struct decision *d, const struct member *m, const struct given *v);

/* The text of a field, empty if it is absent. */
slice decision_text(const struct decision *d, int field);
/* The number in a column. */
uint16_t decision_column(const struct decision *d, int column);
/* Takes a field out again. */
void decision_drop(struct decision *d, int field);
