/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/presence/presence.h"

/*
 * presence_state: what a presence is made of; for the files of this folder.
 */
enum { PLACES = 4 * PRESENCE_SOURCES_MAX };

struct presence {
    struct presence_source *at[PRESENCE_SOURCES_MAX]; /* owned */
    size_t count;
    struct presence_source *newest; /* found last */
    uint16_t places[PLACES];        /* by the hash of the name: number in at, plus 1; 0: free */
};

/* The source of that name, or NULL. */
struct presence_source *presence_source_of(struct presence *p, slice name);
