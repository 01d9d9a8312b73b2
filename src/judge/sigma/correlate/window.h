/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/sigma/correlate/state.h"

/*
 * window: the events in a group, in windows that slide (window.c) and in windows that close
 * (due.c).
 */

/* No number of an event is larger, either way: sums of them are exact in millionths. */
#define WINDOW_NUMBER_MAX 1e30
/* A number as it is summed up. */
__int128 window_millionths(double number);
/* Adds the source's event to the group's sliding window and lets go of what has left it. False if
 * the event changes nothing: too late for the group, seen already, or without the value asked for.
 */
bool window_add(struct correlator *c, uint32_t group, uint32_t place, const struct source *source);
/* Whether the sliding window meets the condition, and the measure. */
bool window_holds(struct correlator *c, uint32_t group, double *ret_measure);
/* Takes the oldest event out of the window. */
void window_drop(struct correlator *c, uint32_t group);
/* Takes this event out of the group, whatever its window. */
void window_forget(struct correlator *c, uint32_t group, uint32_t cell);
/* What one event contributes: number, fingerprint or place. False if it has none. */
bool window_value(struct correlator *c, const struct running *r, uint32_t group, uint32_t place,
                  const struct source *source, struct siphash_print *ret_print, double *ret_number);
/* The longest run of listed rules in their order, over events sorted by time. */
uint32_t ordered_length(const struct correlation *def, const struct taken *events, size_t count);
/* Whether the rules seen (a bit each) make the boolean text true. */
bool names_hold(const struct rule_node *node, uint64_t seen, size_t depth);

/* Adds the source's event to the group's next windows, which close by the watermark. */
void due_add(struct correlator *c, uint32_t group, uint32_t place, const struct source *source);
/* What is left in the group makes its next window; a group without events goes. */
void due_renew(struct correlator *c, uint32_t group);
/* Whether no window closes before the one that it waits behind. */
bool due_is_heap(const struct correlator *c);
/* The group waits for no window any more. */
void due_remove(struct correlator *c, uint32_t group);
/* Closes every window whose end the watermark has passed (all: whatever the watermark). */
void due_close(struct correlator *c, bool all);
