/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/trust.h"

#include "base/bytes.h"
#include "base/timestamp.h"
#include "base/banned.h"

static status add_given(struct trust *t, slice text, struct fault *fault)
{
    struct note_key key = {};
    TRY(note_key_parse(text, &key, fault));
    if (!key.verifiable) {
        return fault_set(fault, FAIL(E_VALUE), "key: type 0x%02x cannot be verified here",
                         key.type);
    }
    for (size_t i = 0; i < t->key_count; i++) {
        const bool same =
            slice_equal(t->keys[i].base64, key.base64) && slice_equal(t->keys[i].name, key.name);
        if (same) return OK; /* given twice is given */
    }
    if (t->key_count == TRUST_KEYS_MAX) return fault_set(fault, FAIL(E_LIMIT), "too many keys");
    t->keys[t->key_count++] = key;
    return OK;
}

status trust_read(const slice *keys, size_t key_count, const slice *policy, ed25519_check check,
                  struct trust *ret_trust, struct fault *fault)
{
    ret_trust->check = check;
    ret_trust->key_count = 0;
    ret_trust->has_policy = policy != NULL;
    if (policy != NULL) {
        TRY(policy_parse(*policy, &ret_trust->policy, fault));
        for (size_t i = 0; i < ret_trust->policy.key_count; i++) {
            ret_trust->keys[ret_trust->key_count++] = ret_trust->policy.keys[i];
        }
    }
    if (key_count > TRUST_GIVEN_MAX) return fault_set(fault, FAIL(E_LIMIT), "too many keys");
    for (size_t i = 0; i < key_count; i++)
        TRY(add_given(ret_trust, keys[i], fault));
    return OK;
}

static status check_keys_given(const struct trust *t, const struct note *n, struct fault *fault)
{
    if (t->key_count > 0) return OK;
    return fault_set(fault, FAIL(E_USAGE),
                     "no key to verify with: give --vkey or --policy (the note says it is signed "
                     "by %.*s+%08x)",
                     (int)n->signatures[0].name.len, n->signatures[0].name.at,
                     n->signatures[0].key_id);
}

static void say_signers(const struct trust *t, const struct note_seen *seen, struct answer *answer)
{
    for (size_t i = 0; i < t->key_count; i++) {
        const struct note_key *key = &t->keys[i];
        if (!seen[i].signed_it) continue;
        if (key->type != NOTE_KEY_COSIGNATURE) {
            answer_say(answer, ANSWER_FACT, "signed by", "%.*s+%08x", (int)key->name.len,
                       key->name.at, key->key_id);
            continue;
        }
        uint8_t time[TIMESTAMP_BYTES_MAX];
        size_t len = 0;
        if (seen[i].time < (uint64_t)INT64_MAX / 1000000000) {
            len = timestamp_write((int64_t)seen[i].time * 1000000000, time);
        }
        answer_say(answer, ANSWER_FACT, "cosigned by", "%.*s+%08x at %.*s", (int)key->name.len,
                   key->name.at, key->key_id, (int)len, time);
    }
}

static void say_policy(const struct trust *t, struct answer *answer)
{
    struct policy_warnings warnings;
    policy_warn(&t->policy, &warnings);
    for (size_t i = 0; i < warnings.count; i++) {
        answer_say(answer, ANSWER_WARNING, NULL, "policy: %s", warnings.texts[i]);
    }
    if (t->policy.quorum == POLICY_NO_NODE) return;
    answer_say(answer, ANSWER_PROVEN, NULL,
               "the quorum of the policy cosigned: each of these witnesses saw this checkpoint "
               "extend what it had seen");
}

/* Whether a witness among the keys signed, and whether a log key named origin did. */
static void look_at(const struct trust *t, const struct note_seen *seen, slice origin,
                    bool *ret_cosigned, bool *ret_log_signed)
{
    *ret_cosigned = *ret_log_signed = false;
    for (size_t i = 0; i < t->key_count; i++) {
        if (!seen[i].signed_it) continue;
        const bool witness = t->keys[i].type == NOTE_KEY_COSIGNATURE;
        *ret_cosigned |= witness;
        *ret_log_signed |= !witness && slice_equal(t->keys[i].name, origin);
    }
}

static status read_checkpoint(const struct trust *t, slice note, struct note_seen *seen,
                              struct checkpoint *ret_checkpoint, bool *ret_cosigned,
                              struct fault *fault)
{
    struct note n = {};
    bool log_signed = false;
    TRY(note_parse(note, &n, fault));
    TRY(checkpoint_parse(n.text, ret_checkpoint, fault));
    TRY(check_keys_given(t, &n, fault));
    TRY(note_verify(&n, t->keys, t->key_count, t->check, seen, fault));
    const slice origin = ret_checkpoint->origin;
    look_at(t, seen, origin, ret_cosigned, &log_signed);
    if (log_signed) return OK;
    return fault_set(fault, FAIL(E_INVALID),
                     "checkpoint: not signed by a given key of its log, %.*s",
                     (int)(origin.len > 200 ? 200 : origin.len), origin.at);
}

status trust_checkpoint(const struct trust *t, slice note, struct answer *answer,
                        struct checkpoint *ret_checkpoint, struct fault *fault)
{
    struct note_seen seen[TRUST_KEYS_MAX];
    bool cosigned = false;
    TRY(read_checkpoint(t, note, seen, ret_checkpoint, &cosigned, fault));
    if (t->has_policy) TRY(policy_check(&t->policy, ret_checkpoint->origin, seen, fault));
    answer_fact(answer, "log", ret_checkpoint->origin);
    answer_number(answer, "size", ret_checkpoint->size);
    answer_hash(answer, "root", ret_checkpoint->root);
    say_signers(t, seen, answer);
    answer_say(answer, ANSWER_PROVEN, NULL,
               "the log signed a checkpoint of %llu entries with this root",
               (unsigned long long)ret_checkpoint->size);
    if (t->has_policy) say_policy(t, answer);
    if (!cosigned) {
        answer_say(answer, ANSWER_NOT_PROVEN, NULL,
                   "that other readers are shown the same log: no cosignature of a witness was "
                   "checked");
    }
    return OK;
}

status trust_kept_checkpoint(const struct trust *t, slice note, struct checkpoint *ret_checkpoint,
                             struct fault *fault)
{
    struct note_seen seen[TRUST_KEYS_MAX];
    bool cosigned = false;
    return read_checkpoint(t, note, seen, ret_checkpoint, &cosigned, fault);
}

status trust_note(const struct trust *t, slice note, struct answer *answer, struct fault *fault)
{
    struct note n = {};
    struct note_seen seen[TRUST_KEYS_MAX];
    TRY(note_parse(note, &n, fault));
    TRY(check_keys_given(t, &n, fault));
    TRY(note_verify(&n, t->keys, t->key_count, t->check, seen, fault));
    answer_fact(answer, "text", n.text);
    say_signers(t, seen, answer);
    answer_say(answer, ANSWER_PROVEN, NULL, "the text was signed by the keys named");
    answer_say(answer, ANSWER_NOT_PROVEN, NULL, "that what the text says is true");
    return OK;
}
