/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/siphash.h"
#include "judge/finding.h"
#include "judge/sigma/ruleset.h"

/*
 * correlator: runs all correlations of a rule set over events in their fixed order (docs/sigma.md,
 * point 22). Pure: what it concludes depends on the events, their order and the rule set alone,
 * not on the key, the clock or threads.
 *
 * Windows are on event time. The watermark is the newest event time minus the declared lateness; an
 * event older than that is left out and counted. Conditions that more events can only help fire on
 * arrival; all others when the watermark closes the window of their group. A correlation that fires
 * is an event for those that list it: of its last event's time and position, with the fields of its
 * group-by, else those of that event.
 * Memory is config.bytes_max and never more. When it is used up, windows that have passed go first,
 * then the group that was silent longest of the correlation that uses the most, which is reported.
 */
struct correlator;

struct correlator_config {
    size_t bytes_max;       /* of state; 0: CORRELATOR_BYTES_DEFAULT */
    int64_t lateness_ns;    /* below 0: CORRELATOR_LATENESS_DEFAULT_NS */
    struct siphash_key key; /* secret and random where strangers send the events */
};

enum { CORRELATOR_BYTES_DEFAULT = 64 * 1024 * 1024, CORRELATOR_GROUP_VALUE_BYTES_MAX = 256 };
static const int64_t CORRELATOR_LATENESS_DEFAULT_NS = INT64_C(10000000000);

struct correlator_counts {
    uint64_t late;         /* events left out because they came too late */
    uint64_t not_a_number; /* values of numeric correlations that were none */
    uint64_t groups_evicted;
    uint64_t groups; /* alive now */
    uint64_t bytes_used;
};

/* Called for each finding: a view that dies with the call. */
typedef void (*correlator_emit)(void *user, const struct finding *finding);

/* Whether the set has any correlation, so that a correlator is of use. */
bool correlator_is_needed(const struct ruleset *rs);
/* E_NOMEM; E_LIMIT: bytes_max is below 64 KiB or too large. The set must outlive it. */
status correlator_new(const struct ruleset *rs, const struct correlator_config *config,
                      struct correlator **ret_correlator);
void correlator_free(struct correlator *c);
/*
 * Takes the next event: matched are the numbers of the detection rules that it matches, silent ones
 * included, in any order, each once. Give every event, also those that match nothing: they move the
 * watermark. receipt_ns stands for the time of an event that has none. Findings are emitted for
 * correlations that are not silent, and for evictions.
 */
void correlator_event(struct correlator *c, const struct event *event, uint64_t position,
                      int64_t receipt_ns, const uint32_t *matched, size_t matched_count,
                      correlator_emit emit, void *user);
/* No more events: closes every window, and reports evictions that were not reported yet. */
void correlator_end(struct correlator *c, correlator_emit emit, void *user);
struct correlator_counts correlator_counts(const struct correlator *c);

/* How far an event may lie before the newest one and still matter to what the set's correlations
 * conclude from there on, in seconds of event time, lateness (in seconds) included; 0 without
 * correlations. Twice the timespan of each correlation and of those that it lists: events that make
 * up a window, and before them those that decide whether its condition held already. */
uint64_t correlator_reach_s(const struct ruleset *rs, uint64_t lateness_s);
/* Takes every event whose position is gone out of all windows, and with the last event of a group
 * its values; the memory is wiped. Returns how many there were. O(state). */
uint64_t correlator_forget(struct correlator *c, bool (*is_gone)(void *user, uint64_t position),
                           void *user);
