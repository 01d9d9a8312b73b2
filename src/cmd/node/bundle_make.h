/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/node/view.h"

/*
 * bundle_make: a record as a file that verifies offline (record/bundle.h): what is opened of it,
 * and the proof that it is in the log.
 */

/* Appends everything but the proof: the same bytes each time, for the same fields of the same
 * record, as long as none of it is erased. E_ERASED, with the name of the field; E_LIMIT; what
 * opener_open says. */
status bundle_make_opened(struct archive *a, struct keys *keys, uint64_t index, const bool *shown,
                          struct writer *w, struct fault *f);
/* Appends the whole bundle, under the cosigned checkpoint where that has the record. */
status bundle_make(struct view *v, uint64_t index, const bool *shown, struct writer *w,
                   struct fault *f);
