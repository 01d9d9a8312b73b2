/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "os/file.h"

/*
 * rule_changes: two bundles of detection rules (serve/rule_pack.h) compared file by file.
 */
enum {
    RULE_CHANGES_BYTES_MAX = 32 * 1024 * 1024, /* of one bundle; a larger one is not compared */
    RULE_CHANGES_FILES_MAX = 65536,
    RULE_CHANGES_SHOWN_MAX = 400,
};

enum rule_change { RULE_ADDED, RULE_REMOVED, RULE_CHANGED };

struct rule_changes_count {
    size_t added, removed, changed, same;
    size_t left_out; /* changes beyond RULE_CHANGES_SHOWN_MAX: counted above, not given to each */
};

/* Gives each the changes by name. rules is the folder of bundles, before and after their hashes.
 * E_NOT_FOUND if one is not there, E_LIMIT, E_SYNTAX, E_NOMEM. */
status rule_changes(const struct file *rules, slice before, slice after,
                    void (*each)(void *with, enum rule_change change, slice name), void *with,
                    struct rule_changes_count *ret_count, struct fault *f);
