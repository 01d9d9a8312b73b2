/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/status.h"

/*
 * scope: the codes of member states and languages, as they are and as they are mistaken.
 */

/* The place in template_states; GR is EL. -1 if it is none. */
int scope_state(slice text);
/* The place in template_languages. -1 if it is none. */
int scope_language(slice text);
/* Whether it has the form of a code: two ASCII letters. */
bool scope_is_code(slice text);
/* Whether there are codes in it and something else: "DE, ES", "Total number: es". */
bool scope_has_codes(slice text);
