/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "simulate/world.h"

/*
 * decision: decisions on content and accounts: the event of the moderation tool, and the records of
 * kinds enforcement, notice and appeal with the fields that the Digital Services Act asks for
 * (Regulation (EU) 2022/2065, article 17 and its harmonised categories).
 */
enum { CATEGORIES = 12 };

struct category {
    const char *name;    /* of the list category in record/choices.def */
    const char *keyword; /* "KEYWORD_…" */
    const char *policy;  /* of the own terms */
    const char *law;     /* the legal ground, where it is against the law too */
    uint8_t share;       /* of 100 decisions */
};

/* The nth category, n below CATEGORIES; one drawn by share. */
const struct category *category_at(uint64_t n);
uint64_t category_draw(struct world *w);

/* What all that is said about an item needs to know. */
struct item {
    uint64_t content; /* its number */
    uint64_t category;
    uint32_t author;
    uint32_t moderator;     /* PERSON_NONE: a classifier */
    const char *policy;     /* "" for none */
    const char *assignment; /* "next", "self_picked"; NULL for none */
    const char *reason;     /* NULL for none */
    uint32_t original;      /* the moderator whose decision is decided again; PERSON_NONE */
    uint32_t review_ms;
};

/* The event of a decision: keep, remove, label, restrict, suspend, reinstate, uphold. */
void decision_say(struct world *w, const struct item *item, const char *action);
/* "content-17". */
struct word content_name(uint64_t number);

struct enforcement {
    const char *stage;  /* decided, reversed */
    const char *origin; /* article_16, voluntary, order, … */
    const char *action; /* remove, label, restrict, suspend */
    bool by_law;        /* the ground */
    bool has_notice, has_order, has_replaced;
    uint64_t notice; /* indices in the log */
    uint64_t order;
    uint64_t replaced;
};
/* Records it; the index that it gets, where that is known. */
bool enforcement_record(struct world *w, const struct item *item, const struct enforcement *e,
                        uint64_t *ret_index);
