/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Witness policies: a policy that is accepted is a tree whose quorum is reached when everybody
 * signs, is not reached when nobody does, and whose split cost is at most the number of its
 * witnesses.
 */
#include <assert.h>
#include "base/bytes.h"
#include "ledger/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct policy p;
    static struct policy_warnings warnings;
    static struct note_seen seen[POLICY_KEYS_MAX];
    const slice text = { len == 0 ? (const uint8_t *)"" : data, len };
    struct fault fault = {};
    if (policy_parse(text, &p, &fault).code != E_OK) {
        assert(fault.text[0] != '\0');
        return 0;
    }
    size_t log = 0;
    while (!p.key_is_log[log])
        log++;
    for (size_t i = 0; i < p.key_count; i++)
        seen[i].signed_it = true;
    assert(policy_check(&p, p.keys[log].name, seen, &fault).code == E_OK);
    for (size_t i = 0; i < p.key_count; i++)
        seen[i].signed_it = i == log;
    const status alone = policy_check(&p, p.keys[log].name, seen, &fault);
    assert((alone.code == E_OK) == (p.quorum == POLICY_NO_NODE));
    assert(policy_split_cost(&p) <= POLICY_OF_KIND_MAX);
    policy_warn(&p, &warnings);
    assert(warnings.count <= POLICY_WARNINGS_MAX);
    return 0;
}
