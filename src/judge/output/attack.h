/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/status.h"

/*
 * attack: the MITRE ATT&CK tactics and techniques that a rule's tags name ("attack.execution",
 * "attack.t1059.001"). Tactics are those of the enterprise matrix, version 19 and the names before.
 */
enum { ATTACK_UID_BYTES_MAX = 16 };

struct attack_tactic {
    const char *tag;  /* "lateral-movement", behind "attack." */
    const char *uid;  /* "TA0008" */
    const char *name; /* "Lateral Movement" */
};

/* The technique of a tag, "T1059" or "T1059.001", NUL-terminated; false if the tag names none.
 * Upper case and lower case are the same. */
bool attack_technique(slice tag, char ret_uid[ATTACK_UID_BYTES_MAX]);
/* The tactic of a tag, with '-' or '_' between words; NULL if the tag names none. */
const struct attack_tactic *attack_tactic(slice tag);
