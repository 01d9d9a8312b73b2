/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/sigma/correlate/cells.h"
#include "judge/sigma/correlate/correlator.h"
#include "judge/sigma/correlation.h"

/*
 * state: what the files of this folder share. groups.c owns groups and memory, window.c the events
 * in a group, due.c the windows that close, correlator.c the order of things and the findings.
 */
enum {
    WALK_MAX = 1024,           /* newer events of its group that a late one may be sorted behind */
    ORDERED_EVENTS_MAX = 1024, /* events of a group that temporal_ordered looks at */
    KEY_BYTES_MAX = 8 + CORRELATION_GROUPS_MAX * (CORRELATOR_GROUP_VALUE_BYTES_MAX + 8),
};

/* One correlation of the set. */
struct running {
    const struct rule *rule;
    const struct correlation *def;
    uint32_t oldest, newest; /* its groups, by last arrival */
    uint32_t group_count;
    uint32_t cell_count;   /* of its groups */
    uint32_t need;         /* events that decide a growing count; more are not kept */
    uint64_t evicted;      /* groups given up */
    uint64_t evicted_told; /* of which findings have told */
};

/* Where a rule is listed. */
struct link {
    uint16_t correlation;
    uint16_t place;
};

/* A window that closes when the watermark passes due_ns. */
struct due {
    int64_t due_ns;
    uint32_t group;
};

/* What enters a correlation: an event that a rule matched, or a correlation that fired. */
struct source {
    const struct event *event;          /* NULL where a window closed */
    const struct rule *rule;            /* the listed one */
    const struct finding_group *groups; /* of a correlation that fired */
    size_t group_count;
    int64_t time_ns;
    uint64_t position;
    bool is_time_assumed;
};

/* One event of a closing window. */
struct taken {
    int64_t time_ns;
    uint64_t position;
    union {
        double number;
        uint64_t bits;
    } value;
};

/* Working memory of one level of correlations of correlations. */
struct frame {
    struct finding_group groups[CORRELATION_GROUPS_MAX];
    uint8_t text[CORRELATION_GROUPS_MAX * CORRELATOR_GROUP_VALUE_BYTES_MAX];
    uint8_t key[KEY_BYTES_MAX];
    uint64_t evidence[FINDING_EVIDENCE_MAX];
};

struct correlator {
    const struct ruleset *rs; /* borrowed */
    struct correlator_config config;
    struct cells cells;
    struct running *running; /* owned, with everything below */
    uint32_t running_count;
    uint32_t *link_starts; /* per rule, one more than there are */
    struct link *links;
    struct link *met; /* links of the event at hand */
    struct due *due;  /* a heap, the earliest first; one per group that is_due */
    uint32_t due_count, due_cap;
    struct taken *taken; /* grows with the largest closing window */
    size_t taken_cap;
    double *numbers;
    struct frame *frames;
    int64_t newest_ns, watermark_ns;
    bool has_time;
    uint32_t serial; /* of the event at hand: several of one body have one position */
    uint64_t late, not_a_number;
    bool has_evicted;     /* since evictions were told last */
    correlator_emit emit; /* of the call at hand */
    void *user;
};

/* ---- groups.c ---- */

/* Fills frame.groups with the group-by values of the source for a correlation's listed rule, and
 * returns the fingerprint of the group. */
struct siphash_print group_print(struct correlator *c, uint32_t correlation, uint32_t place,
                                 const struct source *source, struct frame *frame);
/* The group of the print, new if need be, and now the newest. 0 if there is no room at all. */
uint32_t group_of(struct correlator *c, uint32_t correlation, struct siphash_print print,
                  const struct frame *frame);
/* Frees the group with all its cells. */
void group_free(struct correlator *c, uint32_t group);
/* Reads the group-by values that were stored with the group into the frame. */
void group_read(const struct correlator *c, uint32_t group, struct frame *frame);
/* A cell for a group that stays alive meanwhile; 0 if there is no room at all. */
uint32_t group_take(struct correlator *c, uint32_t correlation, uint32_t group);
/* Counts a loss, which a finding will tell. */
void group_evicted(struct correlator *c, uint32_t correlation);
/* Gives back a cell of a correlation. */
void group_give(struct correlator *c, uint32_t correlation, uint32_t cell);
/* The value of a field of the source; false if it is absent or null. */
bool source_value(const struct source *source, slice name, slice *ret_value);

/* Whether the source's event is the one that arrived last in the group: by another listed rule. */
bool group_has_seen(const struct correlator *c, const struct state_cell *s,
                    const struct source *source);

/* The second cell of a group. */
static inline struct state_cell *state_of(const struct correlator *c, uint32_t group)
{
    return &c->cells.at[c->cells.at[group].group.state].state;
}

/* ---- correlator.c ---- */

/* The watermark that belongs to the newest time. */
void correlator_watermark(struct correlator *c);

/* The correlation of the group fires; its group-by values are in frames[depth]. */
void correlator_fire(struct correlator *c, uint32_t correlation, const struct finding *finding,
                     size_t depth);
/* Tells evictions of a correlation, at each doubling of their number (all: whatever is untold). */
void correlator_tell_evictions(struct correlator *c, uint32_t correlation, bool all);
