/* SPDX-License-Identifier: Apache-2.0 */
#include "os/frame.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
#include "os/socket.h"
#include "tests/cm.h"
#include "tests/fail.h"

enum { PAYLOAD_MAX = 1000 };

static int ends[2];
static struct frame_input in;
static struct fault fault;

static int open_pair(void **)
{
    assert_ok(socket_pair(ends, &fault));
    assert_ok(frame_input_init(&in, PAYLOAD_MAX));
    return 0;
}

static int close_pair(void **)
{
    for (size_t i = 0; i < 2; i++)
        close(ends[i]);
    frame_input_done(&in);
    frame_input_done(&in);
    return 0;
}

static void what_is_sent_is_received(void **)
{
    static const size_t lens[] = { 0, 1, 5, PAYLOAD_MAX - 1, PAYLOAD_MAX };
    uint8_t bytes[PAYLOAD_MAX];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 3);
    for (uint16_t i = 0; i < COUNT_OF(lens); i++) {
        const struct frame sent = { .type = (uint16_t)(65'535 - i), .payload = { bytes, lens[i] } };
        assert_ok(frame_send(ends[0], sent, &fault));
    }
    for (uint16_t i = 0; i < COUNT_OF(lens); i++) {
        struct frame got = { 0 };
        assert_ok(frame_receive(&in, ends[1], &got, &fault));
        assert_int_equal(got.type, 65'535 - i);
        assert_true(slice_equal(got.payload, (slice){ bytes, lens[i] }));
    }
    close(ends[0]);
    struct frame got = { .type = 7 };
    assert_fails(frame_receive(&in, ends[1], &got, &fault), E_CLOSED);
    assert_int_equal(got.type, 7);
    ends[0] = -1;
}

/* The bytes of two frames arrive cut at every place. */
static void frames_arrive_whole_however_they_are_cut(void **)
{
    static const uint8_t wire[] = { 0, 0, 0, 3, 0, 1, 'a', 'b', 'c', 0, 0, 0, 0, 0xff, 0xfe };
    for (size_t cut = 0; cut <= sizeof wire; cut++) {
        struct frame got[2] = { 0 };
        size_t count = 0;
        for (int part = 0; part < 2; part++) {
            const slice bytes =
                part == 0 ? (slice){ wire, cut } : slice_from((slice){ wire, sizeof wire }, cut);
            if (bytes.len == 0) continue;
            assert_int_equal(write(ends[0], bytes.at, bytes.len), bytes.len);
            assert_ok(frame_fill(&in, ends[1], &fault));
            while (count < 2 && frame_next(&in, &got[count]).code == E_OK) {
                if (count == 0) assert_true(slice_is(got[0].payload, "abc"));
                count++;
            }
        }
        assert_int_equal(count, 2);
        assert_int_equal(got[0].type, 1);
        assert_int_equal(got[1].type, 0xfffe);
        assert_int_equal(got[1].payload.len, 0);
    }
}

static void too_long_a_frame_is_refused_before_it_is_read(void **)
{
    static const uint8_t longer[] = { 0, 0, 0x03, 0xe9, 0, 1 },
                         longest[] = { 255, 255, 255, 255, 0, 1 };
    struct frame got = { .type = 7 };
    assert_int_equal(write(ends[0], longer, sizeof longer), sizeof longer);
    assert_fails(frame_receive(&in, ends[1], &got, &fault), E_LIMIT);
    assert_fails(frame_receive(&in, ends[1], &got, &fault), E_LIMIT); /* for ever */
    frame_input_done(&in);
    assert_ok(frame_input_init(&in, FRAME_PAYLOAD_MAX));
    assert_int_equal(write(ends[0], longest, sizeof longest), sizeof longest);
    assert_fails(frame_receive(&in, ends[1], &got, &fault), E_LIMIT);
    assert_int_equal(got.type, 7);
    const struct frame huge = { .payload = { longest, (size_t)FRAME_PAYLOAD_MAX + 1 } };
    assert_fails(frame_send(ends[0], huge, &fault), E_LIMIT);
}

static void a_frame_cut_by_the_end_is_short(void **)
{
    static const uint8_t wire[] = { 0, 0, 0, 3, 0, 1, 'a', 'b' };
    struct frame got = { 0 };
    assert_int_equal(write(ends[0], wire, sizeof wire), sizeof wire);
    close(ends[0]);
    ends[0] = -1;
    assert_fails(frame_receive(&in, ends[1], &got, &fault), E_SHORT);
    assert_non_null(strstr(fault.text, "in the middle of a message"));
}

static void a_dead_reader_is_a_status_and_no_signal(void **)
{
    close(ends[1]);
    ends[1] = -1;
    const struct frame frame = { .type = 1, .payload = slice_text("x") };
    assert_fails(frame_send(ends[0], frame, &fault), E_CLOSED);
}

static void nothing_there_is_busy_for_who_does_not_wait(void **)
{
    struct frame got = { 0 };
    assert_ok(socket_no_wait(ends[1], &fault));
    assert_fails(frame_receive(&in, ends[1], &got, &fault), E_BUSY);
}

static status count_until_nine(void *with, const struct frame *frame)
{
    unsigned *count = with;
    (*count)++;
    return frame->type == 9 ? FAIL(E_UNKNOWN) : OK;
}

static void every_whole_frame_is_given_and_the_rest_waits(void **)
{
    unsigned count = 0;
    assert_ok(socket_no_wait(ends[1], &fault));
    assert_ok(frame_take(&in, ends[1], count_until_nine, &count, &fault));
    for (uint16_t type = 1; type <= 3; type++)
        assert_ok(frame_send(ends[0], (struct frame){ type, slice_text("word") }, &fault));
    assert_int_equal(write(ends[0], "\0\0", 2), 2); /* of a fourth */
    assert_ok(frame_take(&in, ends[1], count_until_nine, &count, &fault));
    assert_int_equal(count, 3);
    assert_int_equal(write(ends[0], "\0\0\0\x09", 4), 4);
    assert_fails(frame_take(&in, ends[1], count_until_nine, &count, &fault), E_UNKNOWN);
    assert_int_equal(count, 4);
    assert_int_equal(write(ends[0], "\xff\xff\xff\xff\0\0", 6), 6);
    assert_fails(frame_take(&in, ends[1], count_until_nine, &count, &fault), E_LIMIT);
    close(ends[0]);
    assert_fails(frame_take(&in, ends[1], count_until_nine, &count, &fault), E_SHORT);
    ends[0] = -1;
}

static void a_frame_is_seen_before_it_is_taken(void **)
{
    const struct frame word = { 3, slice_text("word") };
    const struct frame other = { 3, slice_text("ward") };
    struct frame got = {};
    assert_false(frame_is_ahead(&in, ends[1], word));
    assert_ok(frame_send(ends[0], other, &fault));
    assert_ok(frame_send(ends[0], other, &fault));
    assert_false(frame_is_ahead(&in, ends[1], word));
    assert_ok(frame_receive(&in, ends[1], &got, &fault));
    assert_ok(frame_send(ends[0], (struct frame){ 4, slice_text("word") }, &fault));
    assert_false(frame_is_ahead(&in, ends[1], word));
    assert_ok(frame_send(ends[0], word, &fault));
    assert_true(frame_is_ahead(&in, ends[1], word));
    assert_true(frame_is_ahead(&in, ends[1], other)); /* was read, but not taken */
    for (int i = 0; i < 3; i++)
        assert_ok(frame_receive(&in, ends[1], &got, &fault));
    assert_true(got.type == 3 && slice_is(got.payload, "word"));
    assert_false(frame_is_ahead(&in, ends[1], word));
}

static void *receive_large(void *with)
{
    struct frame_input large = { 0 };
    struct frame got = { 0 };
    size_t *total = with;
    if (frame_input_init(&large, FRAME_PAYLOAD_MAX).code != E_OK) return NULL;
    for (int i = 0; i < 3; i++) {
        if (frame_receive(&large, ends[1], &got, &fault).code != E_OK) break;
        *total += got.payload.len;
    }
    frame_input_done(&large);
    return NULL;
}

/* Far more than a socket holds at once, sent by an end that does not block. */
static void the_largest_frames_pass_in_pieces(void **)
{
    pthread_t reader;
    size_t total = 0;
    uint8_t *bytes = calloc(1, FRAME_PAYLOAD_MAX);
    assert_non_null(bytes);
    assert_ok(socket_no_wait(ends[0], &fault));
    assert_int_equal(pthread_create(&reader, NULL, receive_large, &total), 0);
    const struct frame frame = { .type = 1, .payload = { bytes, FRAME_PAYLOAD_MAX } };
    for (int i = 0; i < 3; i++)
        assert_ok(frame_send(ends[0], frame, &fault));
    assert_int_equal(pthread_join(reader, NULL), 0);
    assert_int_equal(total, 3 * FRAME_PAYLOAD_MAX);
    free(bytes);
}

static void init_attempt(void *)
{
    struct frame_input other = { 0 };
    const status s = frame_input_init(&other, 10);
    assert_int_equal(s.code, fail_happened() ? E_NOMEM : E_OK);
    frame_input_done(&other);
}

static void memory_may_run_out(void **)
{
    assert_int_equal(fail_each_allocation(init_attempt, NULL), 1);
}

#define WITH_PAIR(test) cmocka_unit_test_setup_teardown(test, open_pair, close_pair)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PAIR(what_is_sent_is_received),
        WITH_PAIR(frames_arrive_whole_however_they_are_cut),
        WITH_PAIR(a_frame_is_seen_before_it_is_taken),
        WITH_PAIR(every_whole_frame_is_given_and_the_rest_waits),
        WITH_PAIR(too_long_a_frame_is_refused_before_it_is_read),
        WITH_PAIR(a_frame_cut_by_the_end_is_short),
        WITH_PAIR(a_dead_reader_is_a_status_and_no_signal),
        WITH_PAIR(nothing_there_is_busy_for_who_does_not_wait),
        WITH_PAIR(the_largest_frames_pass_in_pieces),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests_name("os/frame", tests, NULL, NULL);
}
