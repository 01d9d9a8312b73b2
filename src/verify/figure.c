/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/figure.h"

#include "base/bytes.h"
#include "ledger/count/count.h"
#include "verify/leaf.h"
#include "verify/recounting.h"
#include "base/banned.h"

/*
 * A figure is "claimed": bound to the log, and refutable by whoever shows the entries of one
 * segment that do not add up. It is "recounted" only by counting the public entries, which the
 * reader must have beside the file.
 */
enum { QUESTION_BYTES_MAX = 4096 };

static void say_question(const struct count_query *q, struct answer *answer)
{
    uint8_t text[QUESTION_BYTES_MAX];
    struct writer w = writer_of(text, sizeof text);
    count_query_print(q, &w);
    answer_fact(answer, "question", writer_slice(&w));
}

static void say_month(const char *key, uint16_t month, struct answer *answer)
{
    uint8_t text[64];
    struct writer w = writer_of(text, sizeof text);
    month_print(month, &w);
    answer_fact(answer, key, writer_slice(&w));
}

static void say_limits(const struct count_claim *claim, bool recounted, struct answer *answer)
{
    if (recounted) {
        answer_say(answer, ANSWER_NOT_PROVEN, NULL,
                   "that everything that happened was recorded, and under the right columns");
    } else {
        answer_say(answer, ANSWER_NOT_PROVEN, NULL,
                   "that the entries add up to this: the figure is claimed, not recounted");
    }
    if (claim->query.month_last >= claim->summary.closed) {
        answer_say(answer, ANSWER_NOT_PROVEN, NULL,
                   "that the last month is complete: this summary had not closed it");
    }
    if (claim->summary.overflow > 0) {
        answer_say(answer, ANSWER_NOT_PROVEN, NULL,
                   "that none of the %llu entries in overflow counters belongs to the figure",
                   (unsigned long long)claim->summary.overflow);
    }
}

status verify_figure(const struct verify_input *in, struct answer *answer, struct fault *fault)
{
    uint8_t entry_room[ENTRY_BYTES_MAX];
    struct count_claim claim = {};
    struct leaf leaf = {};
    TRY(count_check(in->file, entry_room, &claim, fault));
    TRY(leaf_verify(in->trust, claim.proof, claim.summary_entry, answer, &leaf, fault));
    if (leaf.index != claim.summary.size) {
        return fault_set(fault, FAIL(E_INVALID),
                         "count: the summary says that it counts %llu entries, but is entry %llu",
                         (unsigned long long)claim.summary.size, (unsigned long long)leaf.index);
    }
    say_question(&claim.query, answer);
    answer_number(answer, "count", claim.in_time);
    answer_number(answer, "late", claim.late);
    answer_number(answer, "entries", claim.summary.size);
    say_month("open from", claim.summary.closed, answer);
    answer_say(
        answer, ANSWER_PROVEN, NULL,
        "the log committed to this figure over its first %llu entries: it cannot say another "
        "for them, and a false one is refuted by one segment of entries",
        (unsigned long long)claim.summary.size);
    bool recounted = false;
    if (in->recount != NULL) {
        const struct recounting r = { in->log, in->whole, in->file, &claim, &leaf.checkpoint };
        TRY(in->recount(&r, answer, fault));
        recounted = recounting_is_whole(&r);
    }
    answer_fact(answer, "verdict", slice_text(recounted ? "recounted" : "claimed"));
    say_limits(&claim, recounted, answer);
    return OK;
}
