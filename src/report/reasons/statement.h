/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/json_writer.h"
#include "record/entry.h"
#include "record/opening.h"

/*
 * statement: a decision of the log as the DSA's transparency database takes it: the members and
 * words of a statement of reasons (schema in force since 2025-07-01), in the canonical form of
 * docs/formats/decisions.md section 2.
 */

/* Writes the object. Members of candor's own are left out, as are states outside the EEA. */
void statement_write(const struct entry *entry, const struct opening *opening,
                     struct json_writer *j);
