/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/status.h"

/*
 * fault: the one clear line that explains a failure to a person: what, in which file or at which
 * position, and why. A status decides, a fault explains. Functions that can say where something
 * went wrong take a struct fault * (never NULL) and fill it exactly when they fail.
 */
struct fault {
    char text[512]; /* NUL-terminated, without a final full stop or newline; "" before a failure */
};

/* Formats the text (cut at the end if too long, control characters replaced by '?') and returns s,
 * so that a failing branch is one line: return fault_set(fault, FAIL(E_X), "…", …). */
__attribute__((format(printf, 3, 4))) status fault_set(struct fault *f, status s,
                                                       const char *format, ...);
/* Puts "prefix: " before the text that is there already and returns s. */
status fault_within(struct fault *f, status s, const char *prefix);
