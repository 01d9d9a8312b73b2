/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/node/node.h"
#include "view/view.h"
#include "view/withheld.h"

/*
 * indexing: what the scribe makes of the log when there is nothing else to do: the view
 * (view/view.h), which of its entries must not be public yet (view/withheld.h), then the filters of
 * full segments (view/filters.h), the newest segment first. None of it ever holds up a record, and
 * all of it can be made again.
 */
struct indexing {
    struct node *node;            /* borrowed */
    struct view_db *view;         /* owned; NULL: given up until the next start */
    struct withheld *withheld;    /* owned; NULL as for the view */
    struct finder_filter *filter; /* owned: the one in the making; NULL: none */
    struct keys *keys;            /* owned, with the filter */
    uint64_t segment;             /* of the filter */
    uint64_t left;                /* segments below this number may lack a filter */
    uint64_t seen;                /* full segments when that was found */
    bool is_given_up;             /* filters are, until the next start */
};

/* Opens the view; the node outlives it. As view_db_open. */
status indexing_init(struct indexing *x, struct node *n, const char *dir, struct fault *f);
void indexing_done(struct indexing *x);
/* A little of whatever is left; true if nothing is. */
bool indexing_step(struct indexing *x);
/* A little of the view alone; true if it has everything. */
bool indexing_step_view(struct indexing *x);
/* Something was erased: filters that lack it are made anew. */
void indexing_forget(struct indexing *x);
