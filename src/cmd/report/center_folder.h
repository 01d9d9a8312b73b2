/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "os/file.h"
#include "report/report.h"

/*
 * center_folder: the published versions of a period, in DIR/center/reports/PERIOD (docs/formats/
 * report.md section 4). A version is a folder that is there as a whole or not at all, and is never
 * changed:
 *
 *   VERSION/             its files
 *   VERSION.replaced     beside it, once there is a newer one: which, when and why
 *   .VERSION.new/        one that is being made; a crash leaves it, the next try fills it again
 *
 * One process at a time works on it: DIR/center/.lock.
 */
struct center_folder {
    struct file lock; /* .fd is -1 without it */
    struct file period;
};

/* Makes what is missing of the path and takes the lock. E_BUSY. */
status center_open(const char *dir, const struct report_period *period,
                   struct center_folder *ret_folder, struct fault *f);
/* To look at a period that is there, without the lock. E_NOT_FOUND. */
status center_look(const char *dir, const struct report_period *period,
                   struct center_folder *ret_folder, struct fault *f);
void center_close(struct center_folder *c);
/* Whether the version is there. */
status center_has(const struct center_folder *c, uint64_t version, bool *ret_has, struct fault *f);
/* A file of a version, in memory that the caller frees. E_NOT_FOUND, E_LIMIT, E_NOMEM. */
status center_load(const struct center_folder *c, uint64_t version, const char *name,
                   uint8_t **ret_bytes, size_t *ret_len, struct fault *f);
/* As center_load, from the version that is being made. */
status center_load_new(const struct center_folder *c, uint64_t version, const char *name,
                       uint8_t **ret_bytes, size_t *ret_len, struct fault *f);
/* Puts a file into the version that is being made: durable on return. */
status center_put(const struct center_folder *c, uint64_t version, const char *name, slice bytes,
                  struct fault *f);
/* The version that was being made is there. Source: rename, which replaces no folder that has
 * anything in it, and fsync of the folder around it. */
status center_finish(const struct center_folder *c, uint64_t version, struct fault *f);
/* Says beside a version what replaces it. */
status center_replace(const struct center_folder *c, uint64_t version, slice note, struct fault *f);
