/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "record/entry.h"

/*
 * counter_key: what published counts count by: the public class of an entry and the UTC month of
 * its time. Source: docs/formats/counts.md section 2.
 *
 *   offset  bytes  what
 *   0       1      kind
 *   1       2      schema version of the kind
 *   3       13     public columns, 0 behind them
 *   16      2      month: months since 1970-01; 0 for before 2000, 65535 for after 2099
 *   18      1      0 in time, 1 late (the month was closed), 2 overflow (the table was full)
 *
 * Overflow keys have schema 65535, columns and month 0. Keys are ordered bytewise.
 */
enum {
    COUNTER_KEY_BYTES = 19,
    COUNTER_KEY_COLUMNS = 3,
    COUNTER_KEY_MONTH = 16,
    COUNTER_KEY_FLAG = 18,
    MONTH_BEFORE = 0,
    MONTH_FIRST = 360, /* 2000-01 */
    MONTH_LAST = 1559, /* 2099-12 */
    MONTH_AFTER = 65535,
    MONTH_CLOSES_DAYS = 7, /* after its end */
};

enum counter_flag { COUNTER_IN_TIME = 0, COUNTER_LATE = 1, COUNTER_OVERFLOW = 2 };

struct counter_key {
    uint8_t bytes[COUNTER_KEY_BYTES];
};

/* The month of a time, and the seconds in which it begins and ends (the latter not part of it). */
uint16_t month_of(uint64_t time_s, uint64_t *ret_start_s, uint64_t *ret_end_s);
/* The second in which a month from MONTH_FIRST to MONTH_LAST + 1 begins. */
uint64_t month_start_s(uint16_t month);
/* All months before this one are closed by a summary of that time. */
uint16_t month_closed(uint64_t summary_time_s);
/* "2026-01". E_SYNTAX; E_VALUE outside 2000 to 2099. */
status month_parse(slice text, uint16_t *ret_month);
/* Writes "2026-01", "before" or "after". */
void month_print(uint16_t month, struct writer *w);

/* The key of an entry. */
struct counter_key counter_key_of(const struct entry *e, uint16_t month, uint8_t flag);
/* The key under which a kind is counted when the table is full. */
struct counter_key counter_key_overflow(uint8_t kind);

/* Writes the key for people: "enforcement market=DE, 2026-01, late". */
void counter_key_print(const struct counter_key *k, struct writer *w);

/* The month in a key. */
static inline uint16_t counter_key_month(const struct counter_key *k)
{
    return (uint16_t)(k->bytes[COUNTER_KEY_MONTH] << 8 | k->bytes[COUNTER_KEY_MONTH + 1]);
}

/* Which counters a figure adds up: one kind and schema, columns under a mask, months from first to
 * last, in time and late. */
struct count_query {
    uint8_t kind;
    uint16_t schema;
    uint8_t mask[COLUMNS_BYTES_MAX];
    uint8_t want[COLUMNS_BYTES_MAX]; /* 0 where the mask is 0 */
    uint16_t month_first;
    uint16_t month_last;
};

/* Everything of a kind in those months. */
struct count_query count_query_of(const struct schema *s, uint16_t month_first,
                                  uint16_t month_last);
/* Narrows the query: "category=self_harm", "market=DE", "detected=1", "visibility=removed" (that
 * bit is set, whatever the others are), "automation=" (not stated). E_UNKNOWN for the column,
 * E_VALUE for the value, E_SYNTAX; the fault names it. */
status count_query_where(struct count_query *q, const struct schema *s, slice condition,
                         struct fault *fault);
/* Whether a counter belongs to the figure. */
bool count_query_matches(const struct count_query *q, const struct counter_key *k);
/* The lowest and highest key that can match. */
void count_query_bounds(const struct count_query *q, struct counter_key *ret_low,
                        struct counter_key *ret_high);
