/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/batcher.h"
#include <stdio.h>
#include <stdlib.h>
#include "record/wire.h"
#include "serve/link_item.h"
#include "tests/cm.h"

enum { BATCHES_MAX = 16 };

static const char rules[] =
    "title: Bad\nid: 11111111-1111-4111-8111-111111111111\nname: bad\nlogsource:\n"
    "  product: candor\ndetection:\n  s:\n    a: bad\n  condition: s\nlevel: high\n"
    "---\ntitle: Twice\nid: 22222222-2222-4222-8222-222222222222\ncorrelation:\n"
    "  type: event_count\n  rules: bad\n  group-by: [actor]\n  timespan: 1h\n"
    "  condition: {gte: 2}\n  generate: true\nlevel: critical\n";

/* What the batcher gave out. */
struct out {
    struct batch_out at[BATCHES_MAX];
    size_t count;
};

static void on_ready(void *self, const struct batch_out *batch)
{
    struct out *out = self;
    assert_true(out->count < BATCHES_MAX);
    out->at[out->count++] = *batch;
}

static void forget(struct out *out)
{
    for (size_t i = 0; i < out->count; i++)
        free(out->at[i].bytes);
    out->count = 0;
}

static const struct account shop = { .kind = ACCOUNT_SOURCE,
                                     .id = 5,
                                     .name = "shop",
                                     .source_class = VALUE_source_class_application,
                                     .actor = "actor",
                                     .subject = "who.id" };
static const struct origin from = { .account = &shop,
                                    .trust = VALUE_trust_token,
                                    .arrived_ns = INT64_C(1790000000000000000) };

static struct judging *judging(void)
{
    static uint8_t room[4096];
    static const struct siphash_key key;
    struct writer w = writer_of(room, sizeof room);
    struct judging *j = NULL;
    struct fault f = {};
    rule_pack_begin(&w);
    rule_pack_add(
        &w, &(struct rule_pack_file){ RULE_PACK_RULE, slice_text("r.yml"), slice_text(rules) });
    assert_ok(judging_new(writer_slice(&w), &key, false, &j, &f));
    return j;
}

static status add(struct batcher *b, const char *raw, uint64_t *ret_number, struct fault *f)
{
    const struct submission event = { .raw = slice_text(raw), .format = INTAKE_JSON };
    return batcher_add(b, &from, &event, ret_number, f);
}

/* The nth record of a batch; how many findings are said to stand behind it. */
static uint16_t record_at(const struct batch_out *batch, size_t nth, struct wire_record *ret_record)
{
    struct cursor c = cursor_of((slice){ batch->bytes, batch->len });
    struct link_item item = {};
    struct fault f = {};
    for (size_t i = 0; i <= nth; i++) {
        assert_ok(link_item_take(&c, &item));
        assert_ok(wire_take(&c, ret_record, &f));
    }
    if (nth + 1 == batch->records) assert_ok(cursor_end(&c));
    return item.findings;
}

static slice field(const struct wire_record *r, int id)
{
    return r->record.fields[id - 1].value;
}

static void findings_stand_behind_their_events_and_name_them(void **)
{
    static struct wire_record r;
    struct out out = {};
    struct batcher *b = NULL;
    struct fault f = {};
    struct judging *j = judging();
    uint64_t numbers[3] = {};
    assert_ok(batcher_new(NULL, "IE", 100, (struct batcher_calls){ on_ready, &out }, &b));
    assert_ok(batcher_judge_by(b, j));
    assert_ok(add(b, "{\"product\":\"candor\",\"a\":\"bad\",\"actor\":\"ana\"}", &numbers[0], &f));
    assert_ok(add(b, "{\"a\":\"good\",\"who\":{\"id\":\"u-1\"}}", &numbers[1], &f));
    assert_ok(add(b, "{\"product\":\"candor\",\"a\":\"bad\",\"actor\":\"ana\"}", &numbers[2], &f));
    assert_true(numbers[0] == 100 && numbers[1] == 102 && numbers[2] == 103);
    assert_ok(batcher_flush(b));
    assert_int_equal(out.count, 1);
    assert_int_equal(out.at[0].records, 6); /* three events, two findings, one correlation */
    assert_true(out.at[0].first_number == 100);
    assert_int_equal(record_at(&out.at[0], 0, &r), 1); /* that many findings behind it */
    assert_int_equal(r.record.kind, KIND_event);
    assert_true(slice_is(field(&r, FIELD_event_actor), "ana"));
    assert_int_equal(record_at(&out.at[0], 1, &r), 0);
    assert_int_equal(r.record.kind, KIND_finding);
    assert_int_equal(record_at(&out.at[0], 2, &r), 0);
    assert_true(slice_is(field(&r, FIELD_event_subject), "u-1"));
    assert_int_equal(record_at(&out.at[0], 3, &r), 2);
    assert_int_equal(r.record.kind, KIND_event);
    record_at(&out.at[0], 4, &r);
    assert_int_equal(r.record.kind, KIND_finding);
    record_at(&out.at[0], 5, &r);
    assert_true(slice_is(field(&r, FIELD_finding_title), "Twice"));
    const slice evidence = field(&r, FIELD_finding_evidence);
    assert_int_equal(evidence.len, 20);
    assert_true(get_u64(evidence.at) == 100 && get_u64(evidence.at + 10) == 103);
    forget(&out);
    batcher_free(b);
    judging_free(j);
}

static void refused_events_leave_no_trace(void **)
{
    static const char *const bad[] = { "{\"a\":",    "",   "nonsense",
                                       "{\"a\":1}}", "[]", "{\"a\":1}{\"b\":2}" };
    struct out out = {};
    struct batcher *b = NULL;
    uint64_t number = 0;
    assert_ok(batcher_new(NULL, "", 0, (struct batcher_calls){ on_ready, &out }, &b));
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct fault f = {};
        const status s = add(b, bad[i], &number, &f);
        assert_true(protocol_refuses(s));
        assert_true(f.text[0] != '\0');
    }
    assert_ok(batcher_flush(b));
    assert_int_equal(out.count, 0);
    batcher_free(b);
}

static void a_full_batch_is_closed_and_numbers_go_on(void **)
{
    struct out out = {};
    struct batcher *b = NULL;
    struct fault f = {};
    uint64_t number = 0;
    assert_ok(batcher_new(NULL, "", 7, (struct batcher_calls){ on_ready, &out }, &b));
    for (uint64_t i = 0; i < 10000; i++) {
        assert_ok(add(b, "{\"x\":1}", &number, &f));
        assert_true(number == 7 + i);
    }
    assert_ok(batcher_flush(b));
    uint64_t next = 7;
    for (size_t i = 0; i < out.count; i++) {
        assert_true(out.at[i].first_number == next);
        assert_true(out.at[i].records <= LINK_RECORDS_MAX && out.at[i].len <= LINK_SLOT_BYTES);
        next += out.at[i].records;
    }
    assert_true(next == 10007 && out.count > 1);
    forget(&out);
    batcher_free(b);
}

static void an_event_from_the_future_is_filed_under_its_arrival(void **)
{
    static struct wire_record r;
    struct out out = {};
    struct batcher *b = NULL;
    struct fault f = {};
    uint64_t number = 0;
    assert_ok(batcher_new(NULL, "", 0, (struct batcher_calls){ on_ready, &out }, &b));
    assert_ok(add(b, "{\"time\":\"2199-01-01T00:00:00Z\"}", &number, &f));
    assert_ok(batcher_flush(b));
    record_at(&out.at[0], 0, &r);
    assert_true(r.record.time_s == (uint64_t)(from.arrived_ns / 1000000000));
    assert_true(value_i64(field(&r, FIELD_event_time)) > from.arrived_ns);
    forget(&out);
    batcher_free(b);
}

/* One event of the future must not push the windows of all others into the past. */
static void an_event_from_the_future_closes_no_window(void **)
{
    struct out out = {};
    struct batcher *b = NULL;
    struct fault f = {};
    uint64_t number = 0;
    struct judging *j = judging();
    assert_ok(batcher_new(NULL, "", 0, (struct batcher_calls){ on_ready, &out }, &b));
    assert_ok(batcher_judge_by(b, j));
    assert_ok(add(b, "{\"product\":\"candor\",\"a\":\"bad\",\"actor\":\"ana\"}", &number, &f));
    assert_ok(add(b, "{\"time\":\"2199-01-01T00:00:00Z\"}", &number, &f));
    assert_ok(add(b, "{\"product\":\"candor\",\"a\":\"bad\",\"actor\":\"ana\"}", &number, &f));
    assert_ok(batcher_flush(b));
    assert_true(batcher_findings(b) == 3);
    forget(&out);
    batcher_free(b);
    judging_free(j);
}

static void events_judged_again_count_and_are_not_recorded(void **)
{
    static struct wire_record r;
    static const char bad[] = "{\"product\":\"candor\",\"a\":\"bad\",\"actor\":\"ana\"}";
    struct out out = {};
    struct batcher *b = NULL;
    struct fault f = {};
    uint64_t number = 0;
    struct judging *j = judging();
    struct recorded e = { .index = 40,
                          .time_ns = from.arrived_ns - 1000,
                          .arrived_ns = from.arrived_ns,
                          .trust = VALUE_trust_token,
                          .raw = slice_text(bad) };
    assert_ok(batcher_new(NULL, "", 100, (struct batcher_calls){ on_ready, &out }, &b));
    assert_ok(batcher_again(b, &e)); /* nothing judges yet */
    assert_ok(batcher_judge_by(b, j));
    assert_ok(batcher_again(b, &e));
    e.raw = slice_text("{\"broken\":");
    assert_ok(batcher_again(b, &e));
    e.raw = slice_text("<13>Jan  5 08:00:00 host app: word");
    e.trust = VALUE_trust_address;
    assert_ok(batcher_again(b, &e));
    assert_ok(batcher_flush(b));
    assert_true(out.count == 0 && batcher_findings(b) == 0);
    assert_ok(add(b, bad, &number, &f));
    assert_ok(batcher_flush(b));
    assert_true(out.at[0].records == 3 && number == 100); /* itself, its finding, the correlation */
    record_at(&out.at[0], 2, &r);
    const slice evidence = field(&r, FIELD_finding_evidence);
    assert_true(evidence.len == 20 && get_u64(evidence.at) == 40);
    forget(&out);
    batcher_free(b);
    judging_free(j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_stand_behind_their_events_and_name_them),
        cmocka_unit_test(refused_events_leave_no_trace),
        cmocka_unit_test(a_full_batch_is_closed_and_numbers_go_on),
        cmocka_unit_test(an_event_from_the_future_is_filed_under_its_arrival),
        cmocka_unit_test(an_event_from_the_future_closes_no_window),
        cmocka_unit_test(events_judged_again_count_and_are_not_recorded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
