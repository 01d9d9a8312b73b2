/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "verify/verify.h"

/* A count proof (candor/count@v1): a published figure against the summary that commits to it. */
status verify_figure(const struct verify_input *in, struct answer *answer, struct fault *fault);
