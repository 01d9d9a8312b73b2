/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "verify/answer.h"

/* Adds what an entry of a log says in its public part: kind, time, columns; or that these bytes are
 * no record that this build knows. For a proven entry: nothing here is a claim of its own. */
void entry_facts(slice bytes, struct answer *answer);
