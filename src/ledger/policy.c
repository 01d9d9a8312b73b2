/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/policy.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/num.h"
#include "base/banned.h"

/* One line while it is being read. */
struct line {
    slice rest; /* not yet taken */
    size_t number;
    struct fault *fault; /* borrowed */
};

static status bad(const struct line *l, int32_t code, const char *why, slice what)
{
    return fault_set(l->fault, FAIL(code), "policy, line %zu: %s%s%.*s", l->number, why,
                     what.len == 0 ? "" : " ", (int)(what.len > 200 ? 200 : what.len), what.at);
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

/* The next word, empty at the end of the line. */
static slice take_word(struct line *l)
{
    size_t start = 0;
    while (start < l->rest.len && is_blank(l->rest.at[start]))
        start++;
    size_t end = start;
    while (end < l->rest.len && !is_blank(l->rest.at[end]))
        end++;
    const slice word = { l->rest.at + start, end - start };
    l->rest = slice_from(l->rest, end);
    return word;
}

static status expect_end(struct line *l)
{
    const slice more = take_word(l);
    return more.len == 0 ? OK : bad(l, E_SYNTAX, "unexpected", more);
}

static int find_node(const struct policy *p, slice name)
{
    for (size_t i = 0; i < p->node_count; i++) {
        if (slice_equal(p->nodes[i].name, name)) return (int)i;
    }
    return POLICY_NO_NODE;
}

static status add_key(struct policy *p, struct line *l, bool is_log)
{
    struct note_key key = {};
    const slice text = take_word(l);
    if (text.len == 0) return bad(l, E_SYNTAX, "no key", text);
    size_t of_kind = 0;
    for (size_t i = 0; i < p->key_count; i++)
        of_kind += p->key_is_log[i] == is_log;
    if (of_kind == POLICY_OF_KIND_MAX) {
        return bad(l, E_LIMIT, "more than 64 logs or witnesses", slice_none());
    }
    const status s = note_key_parse(text, &key, l->fault);
    if (s.code != E_OK) {
        char where[64];
        struct writer w = writer_of(where, sizeof where - 1);
        writer_printf(&w, "policy, line %zu", l->number);
        where[w.len] = '\0';
        return fault_within(l->fault, s, where);
    }
    if (key.verifiable && is_log != (key.type == NOTE_KEY_ED25519)) {
        return bad(l, E_VALUE,
                   is_log ? "a witness key stands for a log:" : "a log key stands for a witness:",
                   key.name);
    }
    for (size_t i = 0; i < p->key_count; i++) {
        if (slice_equal(p->keys[i].base64, key.base64) ||
            (key.verifiable && p->keys[i].verifiable &&
             bytes_equal(p->keys[i].pubkey, key.pubkey, sizeof key.pubkey))) {
            return bad(l, E_DUPLICATE, "the same public key again:", key.name);
        }
    }
    p->key_is_log[p->key_count] = is_log;
    p->keys[p->key_count++] = key;
    return OK;
}

static status parse_log(struct policy *p, struct line *l)
{
    TRY(add_key(p, l, true));
    take_word(l); /* the address is of no interest to a verifier */
    return expect_end(l);
}

static status add_node(struct policy *p, struct line *l, struct policy_node node)
{
    if (node.name.len == 0) return bad(l, E_SYNTAX, "no name", slice_none());
    if (slice_is(node.name, "none")) return bad(l, E_VALUE, "not allowed as a name:", node.name);
    if (find_node(p, node.name) != POLICY_NO_NODE) {
        return bad(l, E_DUPLICATE, "defined twice:", node.name);
    }
    assert(p->node_count < POLICY_NODES_MAX);
    p->nodes[p->node_count++] = node;
    return OK;
}

static status parse_witness(struct policy *p, struct line *l)
{
    struct policy_node node = { .name = take_word(l), .parent = POLICY_NO_NODE };
    TRY(add_key(p, l, false));
    node.key = (unsigned)(p->key_count - 1);
    node.url = take_word(l);
    TRY(expect_end(l));
    return add_node(p, l, node);
}

static status take_members(struct policy *p, struct line *l, struct policy_node *group)
{
    for (slice name = take_word(l); name.len > 0; name = take_word(l)) {
        const int member = find_node(p, name);
        if (member == POLICY_NO_NODE) return bad(l, E_UNKNOWN, "not defined before:", name);
        if (p->nodes[member].parent != POLICY_NO_NODE) {
            return bad(l, E_DUPLICATE, "already a member of a group:", name);
        }
        p->nodes[member].parent = (int)p->node_count; /* where the group will stand */
        group->members++;
    }
    return OK;
}

static status parse_group(struct policy *p, struct line *l)
{
    struct policy_node node = { .name = take_word(l), .is_group = true, .parent = POLICY_NO_NODE };
    const slice threshold = take_word(l);
    uint64_t number = 0;
    size_t groups = 0;
    for (size_t i = 0; i < p->node_count; i++)
        groups += p->nodes[i].is_group;
    if (groups == POLICY_GROUPS_MAX) return bad(l, E_LIMIT, "more than 64 groups", slice_none());
    TRY(take_members(p, l, &node));
    if (slice_is(threshold, "any")) {
        number = 1;
    } else if (slice_is(threshold, "all")) {
        number = node.members;
    } else if (num_parse_u64(threshold, &number).code != E_OK) {
        return bad(l, E_SYNTAX, "the threshold is not a number, any or all:", threshold);
    }
    if (number == 0 || number > node.members) {
        return bad(l, E_VALUE,
                   "the threshold is not between 1 and the number of members:", threshold);
    }
    node.threshold = (unsigned)number;
    return add_node(p, l, node);
}

static status parse_quorum(struct policy *p, struct line *l, bool *seen)
{
    const slice name = take_word(l);
    if (*seen) return bad(l, E_DUPLICATE, "a second quorum", slice_none());
    *seen = true;
    TRY(expect_end(l));
    if (slice_is(name, "none")) return OK;
    p->quorum = find_node(p, name);
    if (p->quorum == POLICY_NO_NODE) return bad(l, E_UNKNOWN, "quorum: not defined before:", name);
    return OK;
}

static status parse_line(struct policy *p, struct line *l, bool *quorum_seen)
{
    for (size_t i = 0; i < l->rest.len; i++) {
        const uint8_t c = l->rest.at[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f) {
            return bad(l, E_SYNTAX, "control character", slice_none());
        }
    }
    const uint8_t *comment = memchr(l->rest.at, '#', l->rest.len);
    if (comment != NULL) l->rest.len = (size_t)(comment - l->rest.at);
    const slice word = take_word(l);
    if (word.len == 0) return OK;
    if (slice_is(word, "log")) return parse_log(p, l);
    if (slice_is(word, "witness")) return parse_witness(p, l);
    if (slice_is(word, "group")) return parse_group(p, l);
    if (slice_is(word, "quorum")) return parse_quorum(p, l, quorum_seen);
    return bad(l, E_SYNTAX, "not log, witness, group or quorum:", word);
}

status policy_parse(slice text, struct policy *ret_policy, struct fault *fault)
{
    if (text.len > POLICY_BYTES_MAX) {
        return fault_set(fault, FAIL(E_LIMIT), "policy: longer than %d bytes", POLICY_BYTES_MAX);
    }
    bool quorum_seen = false;
    *ret_policy = (struct policy){ .quorum = POLICY_NO_NODE };
    struct cursor c = cursor_of(text);
    for (size_t number = 1; cursor_left(&c) > 0; number++) {
        struct line l = { .number = number, .fault = fault };
        if (cursor_line(&c, &l.rest).code != E_OK) { /* a last line without LF */
            l.rest = slice_from(text, c.pos);
            c.pos = text.len;
        }
        TRY(parse_line(ret_policy, &l, &quorum_seen));
    }
    if (!quorum_seen) return fault_set(fault, FAIL(E_SYNTAX), "policy: has no quorum line");
    for (size_t i = 0; i < ret_policy->key_count; i++) {
        if (ret_policy->key_is_log[i]) return OK;
    }
    return fault_set(fault, FAIL(E_SYNTAX), "policy: has no log line");
}

static bool quorum_reached(const struct policy *p, const struct note_seen *seen)
{
    unsigned satisfied[POLICY_NODES_MAX] = {}; /* of a group: how many members are */
    if (p->quorum == POLICY_NO_NODE) return true;
    for (size_t i = 0; i < p->node_count; i++) {
        const struct policy_node *node = &p->nodes[i];
        const bool holds =
            node->is_group ? satisfied[i] >= node->threshold : seen[node->key].signed_it;
        if (holds && node->parent != POLICY_NO_NODE) satisfied[node->parent]++;
        if ((int)i == p->quorum) return holds;
    }
    return false;
}

status policy_check(const struct policy *p, slice log_name, const struct note_seen *seen,
                    struct fault *fault)
{
    bool log_signed = false;
    unsigned cosigned = 0;
    for (size_t i = 0; i < p->key_count; i++) {
        if (!seen[i].signed_it) continue;
        if (!p->key_is_log[i]) cosigned++;
        log_signed |= p->key_is_log[i] && slice_equal(p->keys[i].name, log_name);
    }
    if (!log_signed) {
        return fault_set(fault, FAIL(E_INVALID),
                         "policy: no log of the policy named %.*s has signed",
                         (int)(log_name.len > 200 ? 200 : log_name.len), log_name.at);
    }
    if (quorum_reached(p, seen)) return OK;
    const slice name = p->nodes[p->quorum].name;
    return fault_set(
        fault, FAIL(E_INVALID),
        "policy: the quorum %.*s is not reached: %u witnesses of the policy have signed",
        (int)(name.len > 200 ? 200 : name.len), name.at, cosigned);
}

/* The sum of the count cheapest members of a group. */
static unsigned cheapest(const struct policy *p, size_t group, const unsigned *cost, unsigned count)
{
    unsigned sum = 0;
    for (unsigned price = 0; price <= POLICY_OF_KIND_MAX && count > 0; price++) {
        for (size_t m = 0; m < group && count > 0; m++) {
            if (p->nodes[m].parent != (int)group || cost[m] != price) continue;
            sum += price;
            count--;
        }
    }
    return sum;
}

/* The cost of a group is that of the cheapest members that two satisfying sets must have in common:
 * any two sets of k out of n share at least 2k - n. A witness costs one. */
unsigned policy_split_cost(const struct policy *p)
{
    unsigned cost[POLICY_NODES_MAX] = {};
    if (p->quorum == POLICY_NO_NODE) return 0;
    for (size_t i = 0; i <= (size_t)p->quorum; i++) {
        const struct policy_node *node = &p->nodes[i];
        const unsigned need = 2 * node->threshold;
        const unsigned shared = need > node->members ? need - node->members : 0;
        cost[i] = node->is_group ? cheapest(p, i, cost, shared) : 1;
    }
    return cost[p->quorum];
}

/* A group of k out of n fails once n - k + 1 of its members do. */
unsigned policy_outage_cost(const struct policy *p)
{
    unsigned cost[POLICY_NODES_MAX] = {};
    if (p->quorum == POLICY_NO_NODE) return 0;
    for (size_t i = 0; i <= (size_t)p->quorum; i++) {
        const struct policy_node *node = &p->nodes[i];
        cost[i] = node->is_group ? cheapest(p, i, cost, node->members - node->threshold + 1) : 1;
    }
    return cost[p->quorum];
}

/* The part of a key name that tells of its operator: what stands before the first slash. */
static slice operator_of(slice name)
{
    const uint8_t *slash = memchr(name.at, '/', name.len);
    return slash == NULL ? name : (slice){ name.at, (size_t)(slash - name.at) };
}

__attribute__((format(printf, 2, 3))) static void warn(struct policy_warnings *w,
                                                       const char *format, ...)
{
    assert(w->count < POLICY_WARNINGS_MAX);
    va_list args;
    va_start(args, format);
    vsnprintf(w->texts[w->count], sizeof w->texts[w->count], format, args);
    va_end(args);
    w->count++;
}

static void warn_of_operators(const struct policy *p, struct policy_warnings *w)
{
    for (size_t i = 0; i < p->key_count; i++) {
        for (size_t k = 0; k < i; k++) {
            const slice owner = operator_of(p->keys[i].name);
            if (p->key_is_log[i] || p->key_is_log[k]) continue;
            if (!slice_equal(owner, operator_of(p->keys[k].name))) continue;
            warn(w, "several witnesses belong to %.*s: they count as one operator", (int)owner.len,
                 owner.at);
            return;
        }
    }
}

void policy_warn(const struct policy *p, struct policy_warnings *ret_warnings)
{
    *ret_warnings = (struct policy_warnings){};
    const unsigned cost = policy_split_cost(p);
    const char *text = NULL;
    if (p->quorum == POLICY_NO_NODE) {
        text = "quorum none: no witness is asked, so the log can show different readers different "
               "histories";
    } else if (cost == 0) {
        text =
            "the quorum allows a split view: two disjoint sets of honest witnesses can each reach "
            "it";
    } else if (p->nodes[p->quorum].is_group) {
        const struct policy_node *q = &p->nodes[p->quorum];
        if (q->threshold < 1 + 2 * q->members / 3) {
            text =
                "the quorum is below 1 + two thirds of its members: a third of them, signing two "
                "histories, can split the view";
        }
    }
    if (text != NULL) {
        warn(ret_warnings, "%s", text);
    }
    warn_of_operators(p, ret_warnings);
    for (size_t i = 0; i < p->key_count; i++) {
        if (p->keys[i].verifiable) continue;
        const slice name = p->keys[i].name;
        warn(ret_warnings,
             "key of %.*s: type 0x%02x cannot be verified here and counts as not signed",
             (int)name.len, name.at, p->keys[i].type);
        break;
    }
}
