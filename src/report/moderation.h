/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "ledger/erase/scan.h"
#include "record/kinds.h"

/*
 * moderation: the decisions of a log and what led to them, opened: enforcements, notices, orders
 * and appeals as compact rows in the order of the log, for figures that the public columns alone
 * cannot give: times between two records, language, keywords, what a reversal reversed.
 *
 * A record whose private values were erased, all or some, keeps its row, with what its public
 * columns say; lost names what cannot be known of it. Nothing is left out.
 * Cost: 64 bytes a row, and 16 for each notice, order and appeal; MODERATION_ROWS_MAX rows.
 */
enum {
    MODERATION_ROWS_MAX = 1 << 26,
    MODERATION_NONE = UINT32_MAX, /* no row: not stated, not in the log, or lost */
    MODERATION_KEYWORD_BYTES = 9,
    MODERATION_OTHERS_MAX = 65535, /* different descriptions of KEYWORD_OTHER */
    MODERATION_LANGUAGE_ODD = 255, /* a word that is none of the list */
    MODERATION_STEPS_MAX = 64,     /* from one record to what it replaces, and on */
};

/* What of a row cannot be known, because it was erased. */
enum moderation_lost {
    LOST_TIME = 1u << 0,  /* time_s is the day of the public entry */
    LOST_SINCE = 1u << 1, /* since_s */
    LOST_LINKS = 1u << 2, /* earlier, notice or cause */
    LOST_KEYWORDS = 1u << 3,
    LOST_LANGUAGE = 1u << 4,
    LOST_TYPES = 1u << 5,
    LOST_ITEMS = 1u << 6, /* items, produced */
    LOST_WHO = 1u << 7,
    LOST_ALL = 255, /* the record as a whole, among others */
};

enum moderation_produced { PRODUCED_NOT_STATED, PRODUCED_NO, PRODUCED_YES };

struct moderation_row {
    uint64_t index;                             /* of the entry */
    uint32_t time_s;                            /* when it was decided, received, … */
    uint32_t since_s;                           /* the day of the content, or when the notice, order
                                                   or appeal had been received; 0: not stated */
    uint32_t earlier;                           /* row: what an enforcement replaces; the first
                                                   record of the same notice, order or appeal */
    uint32_t notice;                            /* row: of an enforcement or an appeal */
    uint32_t cause;                             /* row: an enforcement's order, an appeal's
                                                   enforcement */
    uint32_t who;                               /* stands for the person: equal for equal ones */
    uint32_t items;                             /* as stated, 1 if not */
    uint8_t columns[COLUMNS_BYTES_MAX];         /* as in the entry */
    uint8_t keywords[MODERATION_KEYWORD_BYTES]; /* bit n: nth of words_keywords */
    uint8_t kind;
    uint8_t lost;     /* enum moderation_lost */
    uint8_t types;    /* bit n: nth of words_content_types */
    uint8_t language; /* 1 + its place in words_languages; 0: not stated */
    uint8_t produced; /* enum moderation_produced: data, by an order; by an appeal, a restriction */
};
static_assert(sizeof(struct moderation_row) == 64, "ten million rows are 640 MB");

struct moderation;

/* No rows yet. NULL if memory is out. */
struct moderation *moderation_new(void);
void moderation_free(struct moderation *m);
/* Whether the entry is of a kind and version that has rows. */
bool moderation_wants(slice entry);
/* The next record of the log: one that moderation_wants. E_LIMIT, E_NOMEM. */
status moderation_take(struct moderation *m, const struct scanned_record *r, struct fault *f);
/* Scans entries [from, to), which follow those before; progress may be NULL. As scan_records and
 * moderation_take. */
status moderation_scan(struct moderation *m, struct archive *a, struct keys *keys, uint64_t from,
                       uint64_t to, void (*progress)(void *with, uint64_t entries), void *with,
                       struct fault *f);

/* How many rows there are; a row; the row of the entry of that index, or MODERATION_NONE. */
uint32_t moderation_count(const struct moderation *m);
const struct moderation_row *moderation_row(const struct moderation *m, uint32_t row);
uint32_t moderation_find(const struct moderation *m, uint64_t index);
/* Values of closed lists of words that were none of them; they are left out of the rows. */
uint64_t moderation_odd(const struct moderation *m);

/* The number in a public column of the row (COLUMN_notice_stage …). */
uint16_t moderation_column(const struct moderation_row *r, int column);
bool moderation_keyword(const struct moderation_row *r, size_t keyword);
/* What KEYWORD_OTHER stands for in a row, as it was committed; empty if nothing was stated. */
slice moderation_other(const struct moderation *m, uint32_t row);
/* The decision that a row of an enforcement goes back to: the first of those that each replace the
 * one before. MODERATION_NONE where a step is missing. */
uint32_t moderation_original(const struct moderation *m, uint32_t row);
