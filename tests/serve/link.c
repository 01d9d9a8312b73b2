/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/link.h"
#include "serve/link_item.h"
#include "tests/cm.h"

static uint8_t room[4096];
static struct writer w;

static struct writer *fresh(void)
{
    w = writer_of(room, sizeof room);
    return &w;
}

static void messages_come_back_as_they_were(void **)
{
    const struct link_hello hello = { 77, { { 1, 2, 3 } }, true, slice_text("log+1+key") };
    struct link_hello hello_back = {};
    link_hello_write(&hello, fresh());
    assert_ok(link_hello_parse(guarded(writer_slice(&w)), &hello_back));
    assert_memory_equal(&hello.bundle, &hello_back.bundle, sizeof hello.bundle);
    assert_true(hello_back.next_number == hello.next_number && hello_back.is_read_only);
    assert_true(slice_equal(hello_back.key, hello.key));

    const struct link_batch batch = { 9, 3, 1000, 8192, UINT64_MAX - 5 };
    struct link_batch batch_back = {};
    link_batch_write(&batch, fresh());
    assert_ok(link_batch_parse(guarded(writer_slice(&w)), &batch_back));
    assert_true(batch_back.first_number == batch.first_number && batch_back.slot == 3);

    const struct link_stored stored = { 4, 2, { { 1, 10, 5 }, { 6, 16, 1 } } };
    struct link_stored stored_back = {};
    link_stored_write(&stored, fresh());
    assert_ok(link_stored_parse(guarded(writer_slice(&w)), &stored_back));
    assert_int_equal(stored_back.run_count, 2);
    assert_true(stored_back.runs[1].index == 16);

    const struct link_head head = { 5, 4, 3 };
    struct link_head head_back = {};
    link_head_write(&head, fresh());
    assert_ok(link_head_parse(guarded(writer_slice(&w)), &head_back));
    assert_memory_equal(&head, &head_back, sizeof head);

    const struct link_activated active = { { { 8 } }, 3, 1, slice_text("why") };
    struct link_activated active_back = {};
    link_activated_write(&active, fresh());
    assert_ok(link_activated_parse(guarded(writer_slice(&w)), &active_back));
    assert_true(slice_is(active_back.why, "why") && active_back.rules == 3);
}

static void cut_or_longer_messages_are_refused(void **)
{
    const struct link_batch batch = { 9, 3, 1000, 1, 5 };
    struct link_batch back = {};
    link_batch_write(&batch, fresh());
    for (size_t len = 0; len < w.len; len++)
        assert_fails(link_batch_parse(guarded((slice){ room, len }), &back), E_SHORT);
    writer_u8(&w, 0);
    assert_fails(link_batch_parse(writer_slice(&w), &back), E_TRAILING);
}

static void numbers_beyond_their_limits_are_refused(void **)
{
    static const struct link_batch bad[] = {
        { 0, LINK_SLOTS, 1, 1, 0 },
        { 0, 0, LINK_SLOT_BYTES + 1, 1, 0 },
        { 0, 0, 1, 0, 0 },
        { 0, 0, 1, LINK_RECORDS_MAX + 1, 0 },
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct link_batch back = {};
        link_batch_write(&bad[i], fresh());
        assert_fails(link_batch_parse(writer_slice(&w), &back), E_LIMIT);
    }
    const struct link_stored none = { .run_count = 0 };
    struct link_stored back = {};
    link_stored_write(&none, fresh());
    assert_fails(link_stored_parse(writer_slice(&w), &back), E_LIMIT);
    const struct link_stored empty = { 0, 1, { { 1, 1, 0 } } };
    link_stored_write(&empty, fresh());
    assert_fails(link_stored_parse(writer_slice(&w), &back), E_LIMIT);
}

static void items_say_whether_their_sender_numbered_them(void **)
{
    const struct link_item numbered = { true, 7, 3, 99 };
    const struct link_item plain = {};
    struct link_item back = {};
    link_item_write(&numbered, fresh());
    link_item_write(&plain, &w);
    struct cursor c = cursor_of(guarded(writer_slice(&w)));
    assert_ok(link_item_take(&c, &back));
    assert_true(back.is_numbered && back.source == 3 && back.sequence == 99 && back.findings == 7);
    assert_ok(link_item_take(&c, &back));
    assert_false(back.is_numbered);
    assert_fails(link_item_take(&c, &back), E_SHORT);
    struct cursor bad = cursor_of(slice_text("\2"));
    assert_fails(link_item_take(&bad, &back), E_VALUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_come_back_as_they_were),
        cmocka_unit_test(cut_or_longer_messages_are_refused),
        cmocka_unit_test(numbers_beyond_their_limits_are_refused),
        cmocka_unit_test(items_say_whether_their_sender_numbered_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
