/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "serve/center/page.h"

/*
 * head: the live head of the log and who cosigned it, as parts of pages.
 */
enum { HEAD_WITNESSES_MAX = 32 };

struct head_witness {
    slice name;
    uint64_t time_s; /* of its cosignature */
};

/* Who cosigned the checkpoint that the public is shown: signatures by other names than the log's.
 * At most HEAD_WITNESSES_MAX. They are listed, not verified: that is the reader's business. */
size_t head_witnesses(const struct facts *facts, struct head_witness *ret_witnesses);
/* Appends the size, the age and the witnesses as cells of dl.facts. */
void head_put_facts(struct page *p);
