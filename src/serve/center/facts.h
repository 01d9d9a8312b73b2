/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/checkpoint.h"
#include "ledger/note.h"
#include "record/entry.h"
#include "report/live.h"

/*
 * facts: what the Transparency Center says of the log, as the reader answers QUERY_FACTS: nothing
 * but what is public. The front keeps the newest answer and makes its pages from it.
 *
 *   facts   version u8 = 1 | time s u64 | signed s u64 | published u64 | delay s u32 | month u16 |
 *           market vec16 | newest note vec32 | note for the public vec32 |
 *           policy of witnesses vec32 | parts
 *   part    1 | index u64 | entry vec16          a public entry: policy, report, incident …
 *           2 | figure u8 | by u16 u16 | count u64 | late u64
 *           3 | figure u8 | LIVE_MONTHS counts u64
 *
 * Entries come in the order of the log. Those of kinds that are public as a whole are there at
 * once, others when they are published.
 */
enum {
    FACTS_VERSION = 1,
    FACTS_ENTRIES_MAX = 4096,
    FACTS_OF_KIND_MAX = 512, /* the newest */
    FACTS_ENTRIES_BYTES_MAX = 2 * 1024 * 1024,
    FACTS_POLICY_BYTES_MAX = 64 * 1024,
};

enum facts_part { FACTS_ENTRY = 1, FACTS_CELL, FACTS_MONTHS };

struct facts_entry {
    uint64_t index;
    hash leaf;
    struct entry entry; /* views into the facts' bytes */
};

struct facts {
    uint64_t time_s;    /* when they were put together */
    uint64_t signed_s;  /* when the newest checkpoint was written; 0: not known */
    uint64_t published; /* entries [0, published) can be fetched by everybody */
    uint32_t delay_s;
    slice market;
    slice newest; /* signed notes; shown: with the quorum's cosignatures, where there is one */
    slice shown;
    slice policy;                 /* of witnesses; empty: none */
    struct checkpoint checkpoint; /* of newest */
    struct live live;
    size_t entry_count;
    struct facts_entry entries[FACTS_ENTRIES_MAX];
    uint8_t *bytes; /* owned: what the views point into */
};

/* Appends everything before the parts. */
void facts_write_head(const struct facts *facts, struct writer *w);
/* Each appends a part. */
void facts_write_entry(uint64_t index, slice entry, struct writer *w);
void facts_write_live(const struct live *live, struct writer *w);
/* Reads an answer; the bytes are copied. Entries of a kind or version that this build does not know
 * are left out. E_SHORT, E_LIMIT, E_UNKNOWN, E_VALUE, E_NOMEM, and as note_parse. */
status facts_read(slice bytes, struct facts **ret_facts, struct fault *f);
/* NULL is allowed. */
void facts_free(struct facts *facts);

/* The newest entry of a kind before that one; pass entry_count at first. NULL behind the last. */
const struct facts_entry *facts_before(const struct facts *facts, uint8_t kind, size_t *at);
/* A field of an entry that is public as a whole; an absent one is empty. */
slice facts_field(const struct facts_entry *e, uint8_t field);
/* The same as a number; 0 where it is absent. */
uint64_t facts_number(const struct facts_entry *e, uint8_t field);
/* A public column. */
uint16_t facts_column(const struct facts_entry *e, size_t column);
/* The name of its value, "" where it is not stated. */
const char *facts_choice(const struct facts_entry *e, size_t column);
