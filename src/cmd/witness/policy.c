/* SPDX-License-Identifier: Apache-2.0 */
/*
 * witness policy: what a policy of witnesses (c2sp.org/tlog-policy) stands, and what is weak about
 * it.
 */
#include "ledger/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "cmd/witness/witness.h"
#include "os/file.h"
#include "base/banned.h"

enum { TEXT_BYTES_MAX = 8 * 1024 };

/* What is to be said of a policy. */
struct findings {
    unsigned logs, witnesses;
    unsigned split; /* witnesses that must sign two histories for a split view */
    unsigned outage;
    struct policy_warnings warnings;
};

static struct findings look(const struct policy *p)
{
    struct findings l = { .split = policy_split_cost(p), .outage = policy_outage_cost(p) };
    for (size_t i = 0; i < p->key_count; i++) {
        l.logs += p->key_is_log[i];
        l.witnesses += !p->key_is_log[i];
    }
    policy_warn(p, &l.warnings);
    return l;
}

static void say(const struct findings *l)
{
    printf("%u logs, %u witnesses\n", l->logs, l->witnesses);
    if (l->outage > 0) {
        printf("two histories can both be cosigned only if %u witnesses sign both\n", l->split);
        printf("the quorum is reached while at most %u witnesses are down\n", l->outage - 1);
    }
    for (size_t i = 0; i < l->warnings.count; i++)
        printf("warning: %s\n", l->warnings.texts[i]);
}

static void say_json(const struct findings *l)
{
    uint8_t text[TEXT_BYTES_MAX];
    struct writer w = writer_of(text, sizeof text);
    struct json_writer j = json_writer_of(&w);
    json_object(&j);
    json_member_u64(&j, "logs", l->logs);
    json_member_u64(&j, "witnesses", l->witnesses);
    json_member_u64(&j, "split_view_needs", l->split);
    json_member_u64(&j, "outage_needs", l->outage);
    json_key(&j, "warnings");
    json_array(&j);
    for (size_t i = 0; i < l->warnings.count; i++)
        json_text(&j, l->warnings.texts[i]);
    json_array_end(&j);
    json_object_end(&j);
    printf("%.*s\n", (int)w.len, (const char *)w.at);
}

int run_witness_policy(const struct invocation *inv)
{
    static struct policy policy; /* large */
    uint8_t *text = NULL;
    size_t len = 0;
    struct fault f = {};
    const char *path = inv->arguments[0];
    status s = file_load(NULL, path, POLICY_BYTES_MAX, &text, &len, &f);
    if (s.code == E_OK) s = policy_parse((slice){ text, len }, &policy, &f);
    if (s.code != E_OK) {
        free(text);
        return command_fail(status_exit(s), "witness policy: %s: %s", path, f.text);
    }
    const struct findings l = look(&policy);
    if (inv->json) {
        say_json(&l);
    } else {
        say(&l);
    }
    free(text);
    return l.warnings.count == 0 ? 0 : 1;
}
