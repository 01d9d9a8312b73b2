/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/policy.h"
#include <stdio.h>
#include "tests/cm.h"

enum { TEXT_BYTES = 64 * 1024 };

/* Text in which @L0, @L1 … stand for log keys and @W0, @W1 … for witness keys. */
static slice text_of(const char *pattern, uint8_t *bytes)
{
    struct writer w = writer_of(bytes, TEXT_BYTES);
    for (const char *at = pattern; *at != '\0'; at++) {
        if (*at != '@') {
            writer_u8(&w, (uint8_t)*at);
            continue;
        }
        char name[32];
        const bool is_log = at[1] == 'L';
        const uint8_t pubkey[32] = { (uint8_t)at[1], (uint8_t)at[2] };
        snprintf(name, sizeof name, is_log ? "log%c.example" : "w%c.example/a", at[2]);
        note_write_key(&w, slice_text(name), is_log ? NOTE_KEY_ED25519 : NOTE_KEY_COSIGNATURE,
                       (slice){ pubkey, sizeof pubkey });
        at += 2;
    }
    assert_ok(writer_end(&w));
    return guarded(writer_slice(&w));
}

static const char three_witnesses[] = "# a policy\n"
                                      "log @L0 https://log0.example/\n"
                                      "log @L1\t# another\n\n"
                                      "witness a @W0 https://w0.example/\n"
                                      "witness b @W1\n"
                                      "witness c @W2\n"
                                      "group g 2 a b c\n"
                                      "quorum g\n";

static status check(const struct policy *p, const char *log, const char *signers)
{
    struct note_seen seen[POLICY_KEYS_MAX] = {};
    struct fault fault = {};
    for (size_t i = 0; i < p->key_count; i++) {
        char name[8];
        snprintf(name, sizeof name, "%.4s", (const char *)p->keys[i].name.at);
        name[p->key_is_log[i] ? 4 : 2] = '\0'; /* log0, w0 */
        seen[i].signed_it = strstr(signers, name) != NULL;
    }
    return policy_check(p, slice_text(log), seen, &fault);
}

static void a_quorum_needs_the_log_and_enough_witnesses(void **)
{
    uint8_t bytes[TEXT_BYTES];
    static struct policy p;
    struct fault fault = {};
    assert_ok(policy_parse(text_of(three_witnesses, bytes), &p, &fault));
    assert_int_equal(p.key_count, 5);
    assert_int_equal(p.node_count, 4);
    assert_ok(check(&p, "log0.example", "log0 w0 w2"));
    assert_ok(check(&p, "log1.example", "log1 w0 w1 w2"));
    assert_fails(check(&p, "log0.example", "log0 w0"), E_INVALID);
    assert_fails(check(&p, "log0.example", "log0"), E_INVALID);
    assert_fails(check(&p, "log0.example", "w0 w1 w2"), E_INVALID);
    assert_fails(check(&p, "log0.example", "log1 w0 w1 w2"), E_INVALID); /* another log's name */
    assert_fails(check(&p, "elsewhere", "log0 w0 w1 w2"), E_INVALID);
}

static void groups_nest_and_need_any_some_or_all(void **)
{
    uint8_t bytes[TEXT_BYTES];
    static struct policy p;
    struct fault fault = {};
    assert_ok(policy_parse(text_of("log @L0\nwitness a @W0\nwitness b @W1\nwitness c @W2\n"
                                   "witness d @W3\ngroup x any a b\ngroup y all c d\n"
                                   "group z 2 x y\nquorum z",
                                   bytes),
                           &p, &fault));
    assert_ok(check(&p, "log0.example", "log0 w1 w2 w3"));
    assert_fails(check(&p, "log0.example", "log0 w0 w1 w2"), E_INVALID);
    assert_fails(check(&p, "log0.example", "log0 w2 w3"), E_INVALID);
    assert_ok(policy_parse(text_of("log @L0\nwitness a @W0\nquorum a", bytes), &p, &fault));
    assert_ok(check(&p, "log0.example", "log0 w0"));
    assert_fails(check(&p, "log0.example", "log0"), E_INVALID);
    assert_ok(policy_parse(text_of("log @L0\nquorum none", bytes), &p, &fault));
    assert_ok(check(&p, "log0.example", "log0"));
}

static void malformed_policies_are_refused_with_their_line(void **)
{
    static const struct {
        const char *text;
        int32_t want;
        const char *why;
    } cases[] = {
        { "", E_SYNTAX, "no quorum" },
        { "quorum none\n", E_SYNTAX, "no log" },
        { "log @L0\n", E_SYNTAX, "no quorum" },
        { "log\nquorum none\n", E_SYNTAX, "line 1: no key" },
        { "log junk\nquorum none\n", E_SYNTAX, "line 1: key: " },
        { "log @L0 u extra\nquorum none\n", E_SYNTAX, "line 1: unexpected extra" },
        { "log @W0\nquorum none\n", E_VALUE, "witness key stands for a log" },
        { "log @L0\nwitness a @L1\nquorum a\n", E_VALUE, "log key stands for a witness" },
        { "log @L0\nlog @L0\nquorum none\n", E_DUPLICATE, "line 2: the same public key" },
        { "log @L0\nwitness a @W0\nwitness b @W0\nquorum a\n", E_DUPLICATE, "line 3" },
        { "log @L0\nwitness a @W0\nwitness a @W1\nquorum a\n", E_DUPLICATE,
          "line 3: defined twice" },
        { "log @L0\nwitness none @W0\nquorum none\n", E_VALUE, "line 2" },
        { "log @L0\nwitness a\nquorum a\n", E_SYNTAX, "line 2: no key" },
        { "log @L0\nquorum a\n", E_UNKNOWN, "line 2" },
        { "log @L0\nquorum\n", E_UNKNOWN, "line 2" },
        { "log @L0\nquorum none\nquorum none\n", E_DUPLICATE, "line 3" },
        { "log @L0\nquorum none none\n", E_SYNTAX, "line 2" },
        { "log @L0\nwitness a @W0\ngroup g 1 a b\nquorum g\n", E_UNKNOWN, "line 3" },
        { "log @L0\nwitness a @W0\ngroup g 1 g\nquorum g\n", E_UNKNOWN, "line 3" },
        { "log @L0\nwitness a @W0\ngroup g 2 a a\nquorum g\n", E_DUPLICATE, "line 3" },
        { "log @L0\nwitness a @W0\ngroup g 1 a\ngroup h 1 a\nquorum g\n", E_DUPLICATE, "line 4" },
        { "log @L0\nwitness a @W0\ngroup a 1 a\nquorum a\n", E_DUPLICATE, "line 3" },
        { "log @L0\nwitness a @W0\ngroup g 0 a\nquorum g\n", E_VALUE, "line 3" },
        { "log @L0\nwitness a @W0\ngroup g 2 a\nquorum g\n", E_VALUE, "line 3" },
        { "log @L0\nwitness a @W0\ngroup g some a\nquorum g\n", E_SYNTAX, "line 3" },
        { "log @L0\nwitness a @W0\ngroup g all\nquorum g\n", E_VALUE, "line 3" },
        { "log @L0\nwitness a @W0\ngroup g\nquorum g\n", E_SYNTAX, "line 3" },
        { "log @L0\r\nquorum none\n", E_SYNTAX, "line 1: control" },
        { "logs @L0\nquorum none\n", E_SYNTAX, "line 1: not log" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint8_t bytes[TEXT_BYTES];
        static struct policy p;
        struct fault fault = {};
        assert_fails(policy_parse(text_of(cases[i].text, bytes), &p, &fault), cases[i].want);
        if (strstr(fault.text, cases[i].why) == NULL) fail_msg("case %zu: %s", i, fault.text);
    }
}

/* One policy with as many logs, witnesses and groups as are allowed, and one more. */
static slice large_policy(uint8_t *bytes, unsigned logs, unsigned witnesses, unsigned groups)
{
    struct writer w = writer_of(bytes, TEXT_BYTES);
    for (unsigned i = 0; i < logs + witnesses; i++) {
        char name[32];
        const uint8_t pubkey[32] = { 2, (uint8_t)i };
        const uint8_t type = i < logs ? NOTE_KEY_ED25519 : NOTE_KEY_COSIGNATURE;
        snprintf(name, sizeof name, "n%u", i);
        if (i < logs) writer_text(&w, "log ");
        if (i >= logs) writer_printf(&w, "witness w%u ", i - logs);
        note_write_key(&w, slice_text(name), type, (slice){ pubkey, sizeof pubkey });
        writer_u8(&w, '\n');
    }
    for (unsigned i = 0; i < groups; i++)
        writer_printf(&w, "group g%u 1 w%u\n", i, i);
    writer_text(&w, "quorum g0\n");
    assert_ok(writer_end(&w));
    return writer_slice(&w);
}

static void the_largest_policy_is_read_and_one_more_refused(void **)
{
    uint8_t bytes[TEXT_BYTES];
    static struct policy p;
    struct fault fault = {};
    assert_ok(policy_parse(large_policy(bytes, 64, 64, 64), &p, &fault));
    assert_fails(policy_parse(large_policy(bytes, 65, 64, 64), &p, &fault), E_LIMIT);
    assert_fails(policy_parse(large_policy(bytes, 64, 65, 64), &p, &fault), E_LIMIT);
    assert_fails(policy_parse(large_policy(bytes, 64, 64, 65), &p, &fault), E_LIMIT);
}

static void the_cost_of_a_split_view_is_the_overlap_of_quorums(void **)
{
    static const struct {
        const char *text;
        unsigned cost;
        const char *warning; /* NULL: none */
    } cases[] = {
        { "log @L0\nquorum none", 0, "no witness is asked" },
        { "log @L0\nwitness a @W0\nquorum a", 1, NULL },
        { "log @L0\nwitness a @W0\nwitness b @W1\ngroup g any a b\nquorum g", 0, "split view" },
        { "log @L0\nwitness a @W0\nwitness b @W1\ngroup g all a b\nquorum g", 2, NULL },
        { three_witnesses, 1, "two thirds" },
        { "log @L0\nwitness a @W0\nwitness b @W1\nwitness c @W2\nwitness d @W3\n"
          "group g 2 a b c d\nquorum g",
          0, "split view" },
        { "log @L0\nwitness a @W0\nwitness b @W1\nwitness c @W2\nwitness d @W3\n"
          "group g 3 a b c d\nquorum g",
          2, NULL },
        /* any of two all-of-two groups: disjoint quorums */
        { "log @L0\nwitness a @W0\nwitness b @W1\nwitness c @W2\nwitness d @W3\n"
          "group x all a b\ngroup y all c d\ngroup g any x y\nquorum g",
          0, "split view" },
        /* both groups needed: one witness in each has to lie */
        { "log @L0\nwitness a @W0\nwitness b @W1\nwitness c @W2\nwitness d @W3\n"
          "group x all a b\ngroup g all x c d\nquorum g",
          4, NULL },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint8_t bytes[TEXT_BYTES];
        static struct policy p;
        static struct policy_warnings warnings;
        struct fault fault = {};
        assert_ok(policy_parse(text_of(cases[i].text, bytes), &p, &fault));
        assert_int_equal(policy_split_cost(&p), cases[i].cost);
        policy_warn(&p, &warnings);
        assert_int_equal(warnings.count, cases[i].warning == NULL ? 0 : 1);
        if (cases[i].warning != NULL) {
            assert_non_null(strstr(warnings.texts[0], cases[i].warning));
        }
    }
}

static void witnesses_of_one_operator_and_unknown_key_types_are_pointed_out(void **)
{
    uint8_t bytes[TEXT_BYTES];
    static struct policy p;
    static struct policy_warnings warnings;
    struct fault fault = {};
    struct writer w = writer_of(bytes, sizeof bytes);
    const uint8_t pubkeys[2][32] = { { 3 }, { 2 } };
    writer_text(&w, "log pq+00000000+/wAA\nwitness a ");
    note_write_key(&w, slice_text("one.example/a"), NOTE_KEY_COSIGNATURE,
                   (slice){ pubkeys[0], 32 });
    writer_text(&w, "\nwitness b ");
    note_write_key(&w, slice_text("one.example/b"), NOTE_KEY_COSIGNATURE,
                   (slice){ pubkeys[1], 32 });
    writer_text(&w, "\ngroup g all a b\nquorum g\n");
    assert_ok(policy_parse(writer_slice(&w), &p, &fault));
    policy_warn(&p, &warnings);
    assert_int_equal(warnings.count, 2);
    assert_non_null(strstr(warnings.texts[0], "one.example: they count as one operator"));
    assert_non_null(strstr(warnings.texts[1], "type 0xff"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quorum_needs_the_log_and_enough_witnesses),
        cmocka_unit_test(groups_nest_and_need_any_some_or_all),
        cmocka_unit_test(malformed_policies_are_refused_with_their_line),
        cmocka_unit_test(the_largest_policy_is_read_and_one_more_refused),
        cmocka_unit_test(the_cost_of_a_split_view_is_the_overlap_of_quorums),
        cmocka_unit_test(witnesses_of_one_operator_and_unknown_key_types_are_pointed_out),
    };
    return cmocka_run_group_tests_name("ledger/policy", tests, NULL, NULL);
}
