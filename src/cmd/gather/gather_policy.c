/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/gather/gather_policy.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/store_file.h"
#include "os/file.h"
#include "base/banned.h"

#define ADD_CHECKPOINT "/add-checkpoint"

static status text_load(const struct store *store, const struct gather_config *config,
                        uint8_t **ret_text, size_t *ret_len, struct fault *f)
{
    if (config->policy[0] == '/') {
        return file_load(NULL, config->policy, POLICY_BYTES_MAX, ret_text, ret_len, f);
    }
    return store_file_load(store, config->policy, POLICY_BYTES_MAX, ret_text, ret_len, f);
}

static status take_witness(struct gather_policy *p, const struct policy_node *node, struct fault *f)
{
    struct gather_witness *w = &p->at[p->count];
    slice url = node->url;
    const bool fits =
        slice_starts(url, slice_text("https://")) || slice_starts(url, slice_text("http://"));
    while (url.len > 0 && url.at[url.len - 1] == '/')
        url.len--;
    if (!fits || url.len > sizeof w->url - sizeof ADD_CHECKPOINT) {
        return fault_set(f, FAIL(E_VALUE), "witness %.*s: not an address: %.*s",
                         (int)(node->name.len > 100 ? 100 : node->name.len), node->name.at,
                         (int)(url.len > 200 ? 200 : url.len), url.at);
    }
    if (p->count == GATHER_WITNESSES_MAX) {
        return fault_set(f, FAIL(E_LIMIT), "more than %d witnesses with an address",
                         GATHER_WITNESSES_MAX);
    }
    struct writer text = writer_of(w->url, sizeof w->url - 1);
    w->key = &p->policy.keys[node->key];
    w->key_number = node->key;
    w->name = node->name;
    writer_bytes(&text, url);
    writer_text(&text, ADD_CHECKPOINT);
    p->count++;
    return writer_end(&text);
}

/* Whether the policy is about this log. */
static status log_check(const struct gather_policy *p, slice origin, slice key, struct fault *f)
{
    for (size_t i = 0; i < p->policy.key_count; i++) {
        const struct note_key *k = &p->policy.keys[i];
        uint8_t text[NOTE_NAME_BYTES_MAX + 128];
        struct writer w = writer_of(text, sizeof text);
        if (!p->policy.key_is_log[i] || !slice_equal(k->name, origin) || !k->verifiable) continue;
        note_write_key(&w, k->name, k->type, (slice){ k->pubkey, sizeof k->pubkey });
        if (key.len == 0 || slice_equal(writer_slice(&w), key)) return OK;
    }
    return fault_set(f, FAIL(E_VALUE), "no log line has this log's key: log %.*s",
                     (int)(key.len == 0 ? origin.len : key.len), key.len == 0 ? origin.at : key.at);
}

/* Whether all witnesses with an address together reach the quorum. */
static status quorum_check(const struct gather_policy *p, slice origin, struct fault *f)
{
    struct note_seen seen[POLICY_KEYS_MAX] = {};
    for (size_t i = 0; i < p->policy.key_count; i++)
        seen[i].signed_it = p->policy.key_is_log[i];
    for (size_t i = 0; i < p->count; i++)
        seen[p->at[i].key_number].signed_it = p->at[i].key->verifiable;
    if (policy_check(&p->policy, origin, seen, f).code == E_OK) return OK;
    return fault_set(f, FAIL(E_VALUE),
                     "the witnesses that have an address, and a key that can be verified here, "
                     "cannot reach the quorum");
}

static status read_policy(struct gather_policy *p, size_t len, slice origin, slice key,
                          struct fault *f)
{
    TRY(policy_parse((slice){ p->text, len }, &p->policy, f));
    for (size_t i = 0; i < p->policy.node_count; i++) {
        const struct policy_node *node = &p->policy.nodes[i];
        if (!node->is_group && node->url.len > 0) TRY(take_witness(p, node, f));
    }
    TRY(log_check(p, origin, key, f));
    if (p->count == 0) return fault_set(f, FAIL(E_VALUE), "no witness has an address");
    return quorum_check(p, origin, f);
}

status gather_policy_load(const struct store *store, const struct gather_config *config,
                          const char *origin, slice key, struct gather_policy **ret_policy,
                          struct fault *f)
{
    size_t len = 0;
    struct gather_policy *p = calloc(1, sizeof *p);
    if (p == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    status s = text_load(store, config, &p->text, &len, f);
    if (s.code == E_OK) {
        s = read_policy(p, len, slice_text(origin), key, f);
        if (s.code != E_OK) s = fault_within(f, s, config->policy);
    }
    if (s.code != E_OK) {
        gather_policy_free(p);
        return s;
    }
    *ret_policy = p;
    return OK;
}

void gather_policy_free(struct gather_policy *p)
{
    if (p == NULL) return;
    free(p->text);
    free(p);
}
