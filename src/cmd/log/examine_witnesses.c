/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/log/examination.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/timestamp.h"
#include "cmd/gather/cosigning.h"
#include "cmd/gather/gather_policy.h"
#include "cmd/node/view.h"
#include "ledger/layout.h"
#include "ledger/store_file.h"
#include "os/clock.h"
#include "base/banned.h"

enum { STATUS_BYTES_MAX = 64 * 1024, OLD_S = 600, SHOWN_BYTES_MAX = 100 };

struct moment {
    char text[TIMESTAMP_BYTES_MAX + 1];
};

static struct moment moment_of(int64_t time_s)
{
    struct moment m = {};
    const bool fits = time_s > 0 && time_s < INT64_MAX / CLOCK_NS_PER_S;
    if (fits) timestamp_write(time_s * CLOCK_NS_PER_S, (uint8_t *)m.text);
    return m;
}

static void look_at_witness(struct examination *e, const struct gather_witness *w, slice text)
{
    const int len = (int)(w->name.len > SHOWN_BYTES_MAX ? SHOWN_BYTES_MAX : w->name.len);
    const char *name = (const char *)w->name.at;
    struct cursor c = cursor_of(text);
    struct cosigning_witness found = {};
    slice line = {};
    bool is_there = false;
    while (!is_there && cursor_line(&c, &line).code == E_OK) {
        slice of = {};
        is_there = cosigning_line_parse(line, &of, &found).code == E_OK && slice_equal(of, w->name);
    }
    if (!is_there || (found.size == 0 && found.failed_s == 0)) {
        examination_tell(e, WARNING, "witness", "%.*s: was not asked yet", len, name);
        return;
    }
    const struct moment last = moment_of((int64_t)found.time_s);
    const struct moment failed = moment_of(found.failed_s);
    if (found.failed_s == 0) {
        examination_tell(e, FINE, "witness", "%.*s: cosigned %" PRIu64 " entries at %s", len, name,
                         found.size, last.text);
    } else {
        const bool against = found.outcome > GATHER_FAILED;
        examination_tell(e, against ? FAULT : WARNING, "witness",
                         "%.*s: since %s: %s; cosigned last: %s", len, name, failed.text,
                         found.error, found.size == 0 ? "never" : last.text);
    }
}

/* When the quorum's checkpoint got its last cosignature; 0: not known. */
static int64_t cosigned_time(slice text, uint64_t size)
{
    struct cursor c = cursor_of(text);
    uint64_t newest = 0;
    slice line = {};
    while (cursor_line(&c, &line).code == E_OK) {
        struct cosigning_witness w = {};
        slice of = {};
        if (cosigning_line_parse(line, &of, &w).code != E_OK || w.size < size) continue;
        if (w.time_s > newest && w.time_s <= INT64_MAX) newest = w.time_s;
    }
    return (int64_t)newest;
}

/* How far behind the newest checkpoint the cosigned one is, which is what readers get. */
static void look_at_cosigned(struct examination *e, slice text)
{
    static struct view v;
    struct fault f = {};
    if (view_open(e->dir, &v, &f).code != E_OK) return; /* told with the log */
    const uint64_t all = v.head.checkpoint.size;
    const uint64_t cosigned = v.cosigned.checkpoint.size;
    view_close(&v);
    if (cosigned == 0) {
        examination_tell(e, WARNING, "witnesses", "the quorum has cosigned nothing yet");
        return;
    }
    const int64_t time_s = cosigned_time(text, cosigned);
    const int64_t age_s = clock_real_ns() / CLOCK_NS_PER_S - time_s;
    const struct moment at = moment_of(time_s);
    const bool is_old = cosigned < all && time_s > 0 && age_s > OLD_S;
    examination_tell(e, is_old ? WARNING : FINE, "witnesses",
                     "the quorum has cosigned %" PRIu64 " of %" PRIu64 " entries%s%s%s", cosigned,
                     all, time_s == 0 ? "" : " at ", at.text,
                     is_old ? "; readers get no newer checkpoint" : "");
}

static void look_at_evidence(struct examination *e, const struct node *n)
{
    uint8_t *text = NULL;
    size_t len = 0;
    size_t lines = 0;
    struct fault f = {};
    const status s = store_file_load(&n->store, WITNESSES_EVIDENCE, COSIGNING_EVIDENCE_BYTES_MAX,
                                     &text, &len, &f);
    if (s.code == E_NOT_FOUND) return;
    for (size_t i = 0; i < len; i++)
        lines += text[i] == '\n';
    free(text);
    examination_tell(e, FAULT, "witnesses",
                     WITNESSES_EVIDENCE ": %zu times a witness said what contradicts this log; see "
                                        "docs/witnesses.md",
                     lines);
}

static void look_at_policy(struct examination *e, const struct gather_policy *p)
{
    struct policy_warnings warnings;
    policy_warn(&p->policy, &warnings);
    for (size_t i = 0; i < warnings.count; i++)
        examination_tell(e, WARNING, "witnesses", "policy: %s", warnings.texts[i]);
}

void examine_witnesses(struct examination *e, const struct node *n)
{
    const struct gather_config *config = &n->config.front.gather;
    uint8_t text[STATUS_BYTES_MAX];
    struct gather_policy *p = NULL;
    struct fault f = {};
    size_t len = 0;
    if (config->policy[0] == '\0') {
        examination_tell(e, FINE, "witnesses", "none; see docs/witnesses.md");
        return;
    }
    if (gather_policy_load(&n->store, config, n->config.origin, slice_none(), &p, &f).code !=
        E_OK) {
        examination_tell(e, FAULT, "witnesses", "%s", f.text);
        return;
    }
    if (store_file_read(&n->store, WITNESSES_FILE, text, sizeof text, &len, &f).code != E_OK)
        len = 0;
    look_at_policy(e, p);
    look_at_cosigned(e, (slice){ text, len });
    for (size_t i = 0; i < p->count; i++)
        look_at_witness(e, &p->at[i], (slice){ text, len });
    look_at_evidence(e, n);
    gather_policy_free(p);
}
