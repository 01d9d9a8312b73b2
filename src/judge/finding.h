/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "judge/sigma/rule.h"
#include "record/event.h"

/*
 * finding: what a detection rule or a correlation concluded. Every slice and pointer is a view that
 * lives as long as the rule set and the batch of the event, or the correlator, that it came from.
 */
enum {
    FINDING_FIELDS_MAX = 64,     /* matched fields told; more are counted in fields_left */
    FINDING_EVIDENCE_MAX = 1024, /* positions told; more are counted in evidence_left */
};

/* Why the rule matched: one field of the event and the value that the rule asked for. */
struct finding_field {
    slice name;      /* the event's field; empty for a keyword in the raw line */
    slice value;     /* the event's value */
    slice selection; /* the rule's selection in which it matched */
    slice item;      /* the item as written, such as "Image|endswith" */
    slice written;   /* the rule's value */
};

/* One field of the group of a correlation. */
struct finding_group {
    slice field;
    slice value;
    bool is_absent; /* some of the events had no such field */
};

enum finding_kind {
    FINDING_RULE,        /* a detection rule matched an event */
    FINDING_CORRELATION, /* a correlation fired */
    FINDING_EVICTION,    /* the correlation's state reached its bound: groups were given up */
};

struct finding {
    uint8_t kind; /* enum finding_kind */
    const struct rule *rule;
    uint64_t position;    /* of the event: caller's numbering; for a correlation its last event */
    int64_t time_ns;      /* of the event; receipt time if is_time_assumed */
    bool is_time_assumed; /* the event had no time */
    bool is_logsource_unknown; /* the rule states a log source that the event does not */
    bool is_clipped;           /* a value longer than 64 KiB was judged by its start */
    const struct event *event; /* NULL for correlations decided by the clock */

    const struct finding_field *fields; /* FINDING_RULE */
    size_t field_count, fields_left;

    const struct finding_group *groups; /* FINDING_CORRELATION */
    size_t group_count;
    const uint64_t *evidence; /* positions of the events in the window, by event time */
    size_t evidence_count, evidence_left;
    int64_t window_start_ns, window_end_ns;
    double measure;         /* the count, sum, average, … that met the condition */
    uint64_t evicted_count; /* FINDING_EVICTION: groups given up */
};
