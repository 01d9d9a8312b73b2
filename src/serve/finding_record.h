/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/sha256.h"
#include "judge/finding.h"
#include "record/draft.h"

/*
 * finding_record: a finding as the record that the log keeps. It copies no value of the event: its
 * evidence are positions, number u64 and field id u16, that the scribe turns into indices.
 */
enum {
    FINDING_RECORD_EVIDENCE_MAX = 256, /* positions kept, the newest; more are counted in detail */
    FINDING_RECORD_TAGS_BYTES_MAX = 4096,
    FINDING_POSITION_BYTES = 10,
};

/* What the record's values live in until it has been encoded. */
struct finding_record {
    struct draft draft;
    uint8_t evidence[FINDING_RECORD_EVIDENCE_MAX * FINDING_POSITION_BYTES];
    uint8_t tags[FINDING_RECORD_TAGS_BYTES_MAX];
    char detail[256];
};

/* What a finding does not know of itself. */
struct finding_place {
    const hash *bundle; /* borrowed, as long as room */
    slice market;       /* "" or two characters */
    uint64_t filed_s;   /* Unix seconds under which it is filed and counted */
};

/* Makes the record in room. What draft_end fails with. */
status finding_record_make(struct finding_record *room, const struct finding *finding,
                           const struct finding_place *place, struct record *ret_record,
                           struct fault *f);
