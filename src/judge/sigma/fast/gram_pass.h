/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/sigma/fast/grams.h"

/*
 * gram_pass: the texts of a grams that are told by runs of one length. A cell for each hash of a
 * run says whether to look closer; the entries of that hash, which follow each other, say at which
 * texts.
 */

/* One run of a text. */
struct gram_entry {
    uint32_t gram;
    uint32_t text;   /* its place among the texts */
    uint32_t offset; /* of the run in the text */
};

struct gram_pass {
    uint32_t len;        /* of the run: 1 to GRAM_BYTES_MAX */
    uint32_t least;      /* of a value: len, or one less where texts are stretched */
    uint32_t stride;     /* 1; 2: every other place is looked at, as texts have two runs */
    uint32_t mask;       /* of the run's bytes in a little-endian word */
    uint32_t cell_shift; /* 32 - log2 of the number of cells */
    uint32_t heads_shift;
    uint8_t *cells;             /* owned; 1 where some text has a run of that hash */
    uint32_t *heads;            /* owned; where the entries of a hash start, and one more */
    struct gram_entry *entries; /* owned; sorted by hash once finished */
    size_t count, cap;
};

/* Makes room for that many entries of runs of len bytes. False if memory is out. */
bool gram_pass_begin(struct gram_pass *p, uint32_t len, uint32_t stride, size_t cap);
/* The run at the offset of the text of that number. */
void gram_pass_add(struct gram_pass *p, uint32_t number, slice text, size_t offset);
/* A text that is one byte shorter than the run, with every value that the byte behind it can have:
 * GRAM_BYTE_VALUES entries. */
void gram_pass_stretch(struct gram_pass *p, uint32_t number, slice text);
/* Builds the tables over what was added. False if memory is out. */
bool gram_pass_finish(struct gram_pass *p);
void gram_pass_done(struct gram_pass *p);
size_t gram_pass_bytes(const struct gram_pass *p);
/* As grams_search, for the texts of this pass. */
void gram_pass_search(const struct gram_pass *p, const struct gram_text *texts, slice value,
                      const struct gram_search *s);
