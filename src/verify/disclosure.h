/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "verify/verify.h"

/* A bundle (candor/bundle@v1): a record of the log with some of its private fields opened. */
status verify_disclosure(const struct verify_input *in, struct answer *answer, struct fault *fault);
