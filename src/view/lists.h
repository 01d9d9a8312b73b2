/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "base/writer.h"

/*
 * lists: which records of a kind there are, asked of the view (view/view.h) by a process that does
 * not write it.
 */
struct view_lists;

/* Opens DIR/view/records.db for reading. E_NOT_FOUND if the view was not made yet, E_CORRUPT. */
status view_lists_open(const char *dir, struct view_lists **ret_lists, struct fault *f);
/* NULL is allowed. */
void view_lists_close(struct view_lists *l);
/* Appends the indices of the records of that kind below an index, u64 each, the newest first, at
 * most limit. Kinds that are too many to be listed (event, access, decision) have none here. */
status view_lists_newest(struct view_lists *l, uint8_t kind, uint64_t below, uint32_t limit,
                         struct writer *indices, struct fault *f);
