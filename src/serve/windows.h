/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/status.h"

/*
 * windows: what sources that number their events have sent, so that an event which comes again is
 * recognised before it is judged. For each source the newest WINDOW_NUMBERS numbers, with the
 * number of the record that each became.
 */
enum {
    WINDOW_NUMBERS = 65536,
    WINDOWS_MAX = 1024, /* sources; each takes half a megabyte when it first numbers an event */
};

struct windows;

/* E_NOMEM. */
status windows_new(struct windows **ret_windows);
/* NULL is allowed. */
void windows_free(struct windows *w);
/* The record that a source's number became. E_NOT_FOUND if it was not sent; E_VALUE if it is too
 * old to be known. */
status windows_find(const struct windows *w, uint64_t source, uint64_t sequence,
                    uint64_t *ret_record);
/* Remembers it; what is too old is not. E_NOMEM, E_LIMIT beyond WINDOWS_MAX sources. */
status windows_note(struct windows *w, uint64_t source, uint64_t sequence, uint64_t record);
