/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample: a small log with everything that a verifier reads, made by fixed keys: the same bytes
 * each time. Nothing is freed.
 */
#pragma once
#include "base/status.h"

enum {
    SAMPLE_SIZE = 13,
    SAMPLE_OLD_SIZE = 7,
    SAMPLE_INDEX = 5,
    SAMPLE_EVENT = 9,
    SAMPLE_ENFORCEMENT = 10
};

struct sample {
    slice log_key;
    slice witness_keys[3]; /* the third has signed nothing */
    slice policy;          /* two of three witnesses */
    slice strict_policy;   /* all three */
    slice checkpoint;      /* signed by the log and the first two witnesses */
    slice old_checkpoint;  /* signed by the log alone */
    slice entry;           /* number SAMPLE_INDEX */
    slice other_entry;
    slice inclusion;
    slice consistency;
    slice bundle;      /* of record SAMPLE_EVENT: actor and raw event opened, six fields hidden */
    slice wide_bundle; /* of record SAMPLE_ENFORCEMENT, which has more than 16 fields */
    slice text_note;   /* a signed note that is no checkpoint */
};

struct sample sample_make(void);
/* The name of the log. */
extern const char sample_log_name[];
/* The text as a note that the log has signed; lives for ever. */
slice sample_note(slice text);
