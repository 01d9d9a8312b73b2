/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/outbox.h"
#include <stdlib.h>
#include <unistd.h>
#include "os/frame.h"
#include "os/socket.h"
#include "tests/cm.h"

/* The scribe's end, and what was told of a ticket. */
static int ends[2];
static struct shared slots;
static struct frame_input in;
static unsigned called;
static struct ticket last;

static void on_done(void *with, const struct ticket *t)
{
    (void)with;
    called++;
    last = *t;
}

static struct outbox *start(void)
{
    struct outbox *o = NULL;
    struct fault f = {};
    assert_ok(socket_pair(ends, &f));
    assert_ok(shared_new((size_t)LINK_SLOTS * LINK_SLOT_BYTES, &slots, &f));
    assert_ok(frame_input_init(&in, LINK_PAYLOAD_MAX));
    assert_ok(outbox_new(ends[0], &slots, 50, &o));
    called = 0;
    return o;
}

static void stop(struct outbox *o)
{
    outbox_free(o);
    frame_input_done(&in);
    shared_done(&slots);
    close(ends[0]);
    close(ends[1]);
}

static void push(struct outbox *o, uint64_t first, uint32_t records, uint8_t fill)
{
    struct fault f = {};
    struct batch_out batch = { malloc(100), 100, records, first };
    assert_non_null(batch.bytes);
    __builtin_memset(batch.bytes, fill, 100);
    assert_ok(outbox_push(o, &batch, &f));
}

static struct link_batch received(void)
{
    struct frame frame = {};
    struct link_batch m = {};
    struct fault f = {};
    assert_ok(frame_receive(&in, ends[1], &frame, &f));
    assert_int_equal(frame.type, LINK_BATCH);
    assert_ok(link_batch_parse(frame.payload, &m));
    return m;
}

static void batches_wait_for_slots_and_tickets_for_their_records(void **)
{
    struct outbox *o = start();
    struct fault f = {};
    struct ticket t = { .first_number = 55, .last_number = 62, .done = on_done };
    for (uint32_t i = 0; i < LINK_SLOTS + 2; i++)
        push(o, 50 + 10 * i, 10, (uint8_t)i);
    assert_true(outbox_bytes(o) == 200);
    outbox_wait(o, &t);
    for (uint32_t i = 0; i < LINK_SLOTS; i++) {
        const struct link_batch m = received();
        assert_true(m.batch == i && m.first_number == 50 + 10 * i && m.bytes == 100);
        assert_int_equal(slots.bytes[(size_t)m.slot * LINK_SLOT_BYTES], i);
    }
    const struct link_stored first = { 0, 1, { { 50, 70, 10 } } };
    assert_ok(outbox_stored(o, &first, &f));
    assert_int_equal(called, 0);
    assert_true(received().batch == LINK_SLOTS); /* the slot was free again */
    const struct link_stored second = { 1, 2, { { 60, 81, 2 }, { 62, 90, 8 } } };
    assert_ok(outbox_stored(o, &second, &f));
    assert_int_equal(called, 1);
    assert_true(last.has_indices && last.first_index == 75 && last.last_index == 90);
    assert_true(outbox_stored_through(o) == 70);
    stop(o);
}

static void a_message_goes_out_behind_the_batches_before_it(void **)
{
    struct outbox *o = start();
    struct fault f = {};
    struct frame frame = {};
    assert_ok(outbox_say(o, LINK_IDLE, slice_none(), &f)); /* nothing waits: at once */
    assert_ok(frame_receive(&in, ends[1], &frame, &f));
    assert_int_equal(frame.type, LINK_IDLE);
    for (uint32_t i = 0; i < LINK_SLOTS + 1; i++)
        push(o, 50 + 10 * i, 10, (uint8_t)i);
    assert_ok(outbox_say(o, LINK_ACTIVATED, slice_text("new"), &f));
    push(o, 50 + 10 * (LINK_SLOTS + 1), 10, 99);
    for (uint32_t i = 0; i < LINK_SLOTS; i++)
        assert_true(received().batch == i);
    const struct link_stored first = { 0, 1, { { 50, 50, 10 } } };
    assert_ok(outbox_stored(o, &first, &f));
    assert_true(received().batch == LINK_SLOTS);
    assert_ok(frame_receive(&in, ends[1], &frame, &f)); /* needs no slot of its own */
    assert_true(frame.type == LINK_ACTIVATED && slice_is(frame.payload, "new"));
    assert_true(outbox_bytes(o) == 100);
    const struct link_stored second = { 1, 1, { { 60, 60, 10 } } };
    assert_ok(outbox_stored(o, &second, &f));
    assert_true(received().batch == LINK_SLOTS + 1);
    stop(o);
}

static void a_ticket_may_wait_for_a_checkpoint_or_for_what_is_stored_already(void **)
{
    struct outbox *o = start();
    struct fault f = {};
    struct ticket t = {
        .first_number = 50, .last_number = 59, .level = ACCOUNT_CHECKPOINTED, .done = on_done
    };
    struct ticket again = { .first_number = 52, .last_number = 53, .done = on_done };
    push(o, 50, 10, 0);
    outbox_wait(o, &t);
    const struct link_stored m = { 0, 1, { { 50, 50, 10 } } };
    assert_ok(outbox_stored(o, &m, &f));
    assert_int_equal(called, 0);
    outbox_head(o, &(struct link_head){ 60, 59, 0 });
    assert_int_equal(called, 0);
    outbox_head(o, &(struct link_head){ 60, 60, 0 });
    assert_int_equal(called, 1);
    outbox_wait(o, &again);
    assert_int_equal(called, 2);
    assert_true(last.first_index == 52 && outbox_is_idle(o));
    stop(o);
}

static void a_scribe_that_answers_what_it_was_not_sent_is_refused(void **)
{
    static const struct link_stored wrong[] = {
        { 1, 1, { { 50, 70, 10 } } },
        { 0, 1, { { 50, 70, 9 } } },
        { 0, 1, { { 51, 70, 10 } } },
        { 0, 2, { { 50, 70, 5 }, { 56, 80, 5 } } },
    };
    struct outbox *o = start();
    push(o, 50, 10, 0);
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct fault f = {};
        assert_fails(outbox_stored(o, &wrong[i], &f), E_VALUE);
    }
    stop(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_goes_out_behind_the_batches_before_it),
        cmocka_unit_test(batches_wait_for_slots_and_tickets_for_their_records),
        cmocka_unit_test(a_ticket_may_wait_for_a_checkpoint_or_for_what_is_stored_already),
        cmocka_unit_test(a_scribe_that_answers_what_it_was_not_sent_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
