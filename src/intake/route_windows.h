/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "intake/build.h"

/*
 * route_windows: service and categories of a Windows event by channel and event id, the mapping of
 * the Sigma taxonomy for Sysmon and the built-in logs.
 */
enum { WINDOWS_CHANNEL_SLOTS = 256 };

/* The channels by the hash of their name: index + 1 of the row, or 0. */
struct channel_index {
    uint8_t slots[WINDOWS_CHANNEL_SLOTS];
};

/* Fills the index. */
void channel_index_init(struct channel_index *index);
/* Fills in product, service and categories; exact where the channel is a known one whose events
 * belong to no other log. May read fields of b (EventType, OperationType). */
void route_windows(const struct channel_index *index, const struct build *b, slice channel,
                   uint64_t event_id, struct logsource *ret_logsource);
