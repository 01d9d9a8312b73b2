/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/archive.h"
#include "ledger/count/counter.h"

/*
 * recount: figures from the log: counted anew from its entries, or as a summary in it claims them.
 */

/* Counts the entries [0, size) from nothing but the entries; each is told how many more were read,
 * and may be NULL. The counter is the caller's. E_NOMEM, E_CORRUPT. */
status recount_all(struct archive *a, uint64_t size, void (*each)(void *with, uint64_t entries),
                   void *with, struct counter **ret_counter, struct fault *f);
/* As recount_all, but goes on from the table that the last full segment below size claims: quick,
 * and as true as that claim. */
status recount_from_summary(struct archive *a, uint64_t size, struct counter **ret_counter,
                            struct fault *f);
/* The newest summary below size and a counter with the table that it claims: from the last full
 * segment's table on. E_NOT_FOUND if there is no summary yet. */
status recount_to_summary(struct archive *a, uint64_t size, struct counter **ret_counter,
                          uint64_t *ret_index, struct fault *f);
/* Counts on from where the counter is to size, which is not below it. As recount_all. */
status recount_on(struct archive *a, uint64_t size, struct counter *counter, struct fault *f);
