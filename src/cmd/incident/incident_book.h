/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/archive.h"

/*
 * incident_book: which incidents there are and in which state, folded from the public columns of
 * the log's incident records in their order (record/incident.h). Whoever writes the log decides by
 * it; nothing is decided from a database.
 * Cost: the first fold reads the footers of all full segments and the entries of those that have
 * incidents; later ones read what came since.
 */
struct incident_book;

struct incident_line {
    uint64_t last;    /* index of the newest transition */
    uint32_t changes; /* transitions */
    uint8_t state;    /* enum incident_state; INCIDENT_NONE: there is none of that number */
    uint8_t class;    /* of the list incident_class */
};

/* An empty book. NULL if memory is out. */
struct incident_book *incident_book_new(void);
/* NULL is allowed. */
void incident_book_free(struct incident_book *b);
/* Folds what the archive has beyond what was folded before. E_CORRUPT and its like. */
status incident_book_follow(struct incident_book *b, struct archive *a, struct fault *f);
/* The incident of that number. */
struct incident_line incident_book_line(const struct incident_book *b, uint16_t number);
/* The highest number in use; 0 if there is none. */
uint16_t incident_book_highest(const struct incident_book *b);
