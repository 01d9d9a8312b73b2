/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/intake/collect.h"
#include "tests/intake/evtx_made.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/text.h"
#include "base/timestamp.h"
#include "base/writer.h"
#include "lib/json.h"

static uint8_t made[EVTX_MADE_BYTES];
static size_t record[EVTX_MADE_RECORDS];

static int setup(void **)
{
    evtx_made(made, record);
    return 0;
}

static const char *collect_made(size_t len)
{
    return collect(INTAKE_EVTX, (slice){ made, len });
}

#define FIELDS(number)                                                                             \
    "Provider_Name=\"Maker\" EventID=7045 "                                                        \
    "TimeCreated_SystemTime=\"2023-06-18T07:01:54.5900534Z\" "                                     \
    "EventRecordID=" number " Channel=\"System\" A=\"one <two>\" List=\"x\" List=\"yz\" "          \
    "Data=\"loose\"\n"

static void a_file_is_events(void **)
{
    const char *want = "0:1@4608 windows/system/ " FIELDS("1") "0:2@5373 windows/system/ " FIELDS(
        "2") "0:3@5530 windows/system/ " FIELDS("3");
    assert_string_equal(collect_made(sizeof made), want);
    assert_string_equal(collect_in_steps(INTAKE_AUTO, (slice){ made, sizeof made }, 5000), want);
}

/* Whatever a file is cut to, its whole records are read and the cut is told. */
static void a_cut_file_gives_its_whole_records(void **)
{
    for (size_t len = 1; len < record[2] + 200; len += len < 4600 ? 500 : 1) {
        const char *text = collect_made(len);
        size_t events = 0;
        for (const char *at = text; (at = strstr(at, "EventRecordID=")) != NULL; at++)
            events++;
        size_t whole = len >= record[1];
        whole += len >= record[2];
        whole += len >= record[2] + (record[2] - record[1]);
        assert_int_equal(events, whole);
        assert_true(strstr(text, "! EVTX: ") != NULL || len == 4096);
    }
}

static void a_damaged_record_is_told_and_the_rest_goes_on(void **)
{
    made[record[1]] = 'x';
    const char *text = collect_made(sizeof made);
    assert_non_null(strstr(text, "! EVTX: the checksum of a chunk's records is wrong"));
    assert_non_null(strstr(text, "0:2@5373 ! EVTX: a damaged record\n"));
    assert_non_null(strstr(text, "EventRecordID=1 "));
    assert_null(strstr(text, "EventRecordID=2 "));
    assert_non_null(strstr(text, "EventRecordID=3 "));
}

static void wrong_checksums_are_told_and_what_can_be_read_follows(void **)
{
    static const struct {
        size_t at;
        const char *why;
    } cases[] = {
        { 20, "the checksum of the file's header is wrong" },
        { 4096 + 20, "the checksum of a chunk's header is wrong" },
        { 4096 + 512 + 10, "the checksum of a chunk's records is wrong" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        made[cases[i].at] ^= 0x40;
        const char *text = collect_made(sizeof made);
        assert_non_null(strstr(text, cases[i].why));
        assert_non_null(strstr(text, "EventRecordID=3 "));
        made[cases[i].at] ^= 0x40;
    }
    made[4096] = 'x';
    assert_string_equal(collect_made(sizeof made), "0:1@4096 ! EVTX: a chunk without its mark\n");
    made[4096] = 'E';
    memset(made + 4096, 0, 65536);
    assert_string_equal(collect_made(sizeof made), "");
}

/* Any byte of the records changed, checksums right: never a crash, and the end is reached. */
static void every_changed_byte_is_survived(void **)
{
    static const uint8_t changes[] = { 0x01, 0xff };
    size_t whole = 0;
    for (size_t at = record[0]; at < record[2]; at++) {
        const uint8_t before = made[at];
        for (size_t i = 0; i < COUNT_OF(changes); i++) {
            made[at] = before ^ changes[i];
            evtx_made_seal(made);
            whole += strstr(collect_made(sizeof made), "EventRecordID=3 ") != NULL;
        }
        made[at] = before;
    }
    assert_true(whole > record[2] - record[0]); /* most changes leave the third record alone */
}

/* Whatever is wrong with a file of several chunks, its pieces give what the whole of it gives. */
static void pieces_give_what_the_whole_file_gives(void **)
{
    enum { HEAD = 4096, CHUNK = EVTX_MADE_BYTES - HEAD, CHUNKS = 5 };
    static uint8_t file[HEAD + CHUNKS * CHUNK];
    static const struct {
        size_t chunk, at;
        uint8_t byte;
    } damages[] = {
        { 1, 0, 'x' },         { 1, 48, 0 },   { 2, 49, 0xff }, { 2, 600, 'x' },
        { 3, 513 + 765, 'x' }, { 4, 700, 1 },  { 0, 512, 'x' }, { 0, 700, 0xff },
        { 3, 516, 29 },        { 2, 50, 255 }, { 3, 48, 0xf0 }, { 4, 512 + 4, 0 },
    };
    bytes_copy(file, HEAD, (slice){ made, HEAD });
    for (size_t c = 0; c < CHUNKS; c++)
        bytes_copy(file + HEAD + c * CHUNK, CHUNK, (slice){ made + HEAD, CHUNK });
    for (size_t i = 0; i <= COUNT_OF(damages); i++) {
        for (size_t len = sizeof file; len > sizeof file - 2; len--) {
            const slice input = { file, len };
            char *whole = NULL;
            assert_true(asprintf(&whole, "%s", collect(INTAKE_AUTO, input)) > 0);
            assert_string_equal(collect_in_pieces(INTAKE_AUTO, input, 1), whole);
            assert_string_equal(collect_in_pieces(INTAKE_AUTO, input, 2 * CHUNK), whole);
            free(whole);
        }
        if (i == COUNT_OF(damages)) break;
        file[HEAD + damages[i].chunk * CHUNK + damages[i].at] = damages[i].byte;
    }
}

/* A template whose values are uses of itself: bounded by its nesting. */
static void a_template_within_itself_is_refused(void **)
{
    const size_t type = record[1] - 4096 + 24 + 4 + 10 + 4 + 4 * 5 + 2; /* of value 5, "A" */
    uint8_t *chunk = made + 4096;
    chunk[type] = 0x21; /* now binary XML: "o" = 0x6f is no token */
    evtx_made_seal(made);
    assert_non_null(strstr(collect_made(sizeof made), "! EVTX: the record cannot be read"));
}

/* One sample's JSON was changed by hand: "Explorer.exe" where the log has "Explorer.EXE". */
static bool is_changed_by_hand(const char *file, slice name)
{
    return strstr(file, "proc_creation_win_susp_right_to_left_override") != NULL &&
           slice_is(name, "ParentCommandLine");
}

enum { EVENTS_MAX = 64, TEXT_MAX = 1 << 20 };

/* The events of a file, each as text that can be compared. */
struct sample {
    char *text[EVENTS_MAX];
    size_t count;
};

static slice trimmed(slice s)
{
    while (s.len > 0 && s.at[s.len - 1] <= ' ')
        s.len--;
    while (s.len > 0 && s.at[0] <= ' ')
        s = slice_from(s, 1);
    return s;
}

/* JSON's converter dropped white space at both ends of values, and time below a microsecond. */
static void put_comparable(struct writer *w, const char *file, const struct event_field *f)
{
    int64_t ns = 0;
    writer_bytes(w, f->name);
    writer_printf(w, " %d ", f->type);
    if (slice_is(f->name, "TimeCreated_SystemTime")) {
        assert_ok(timestamp_parse_iso(f->text, &ns));
        writer_printf(w, "%ld\n", ns / 1000);
        return;
    }
    const slice text = trimmed(f->text);
    const bool fold = is_changed_by_hand(file, f->name);
    for (size_t i = 0; i < text.len; i++) {
        writer_u8(w, fold ? text_lower_ascii(text.at[i]) : text.at[i]);
    }
    writer_u8(w, '\n');
}

static void read_sample(const char *file, struct sample *ret_sample)
{
    struct intake *in = intake_new(NULL);
    const slice whole = file_bytes(file);
    uint8_t *padded = calloc(1, whole.len + JSON_PADDING_BYTES);
    assert_non_null(padded);
    bytes_copy(padded, whole.len, whole);
    intake_begin(in, INTAKE_AUTO, 2026);
    intake_data(in, (slice){ padded, whole.len }, true);
    ret_sample->count = 0;
    for (;;) {
        struct event event = {};
        struct intake_position at = {};
        struct fault fault = {};
        const enum intake_answer answer = intake_next(in, &event, &at, &fault);
        if (answer == INTAKE_END) break;
        if (answer != INTAKE_EVENT) fail_msg("%s: %s", file, fault.text);
        char *text = calloc(1, TEXT_MAX);
        assert_non_null(text);
        struct writer w = writer_of(text, TEXT_MAX - 1);
        for (size_t i = 0; i < event.field_count; i++)
            put_comparable(&w, file, &event.fields[i]);
        assert_ok(writer_end(&w));
        assert_in_range(ret_sample->count, 0, EVENTS_MAX - 1);
        ret_sample->text[ret_sample->count++] = text;
    }
    intake_free(in);
    free(padded);
}

static size_t compared;

/* Events of the two files are the same, in whatever order. */
static int compare_sample(const char *path, const struct stat *, int, struct FTW *)
{
    struct sample evtx = {};
    struct sample json = {};
    char beside[4096];
    const size_t len = strlen(path);
    if (len < 5 || strcmp(path + len - 5, ".evtx") != 0) return 0;
    snprintf(beside, sizeof beside, "%.*s.json", (int)(len - 5), path);
    read_sample(path, &evtx);
    read_sample(beside, &json);
    assert_int_equal(evtx.count, json.count);
    for (size_t i = 0; i < evtx.count; i++) {
        size_t same = 0;
        while (same < json.count && strcmp(evtx.text[i], json.text[same]) != 0)
            same++;
        if (same == json.count) {
            fail_msg("%s: event %zu differs\n%s---\n%s", path, i, evtx.text[i],
                     json.text[json.count == 1 ? 0 : i]);
        }
    }
    for (size_t i = 0; i < evtx.count; i++) {
        free(evtx.text[i]);
        free(json.text[i]);
    }
    compared++;
    return 0;
}

static void the_regression_samples_equal_the_json_beside_them(void **)
{
    const char *folder = shared_data("sigma/regression_data");
    if (folder == NULL) skip();
    assert_int_equal(nftw(folder, compare_sample, 16, FTW_PHYS), 0);
    assert_int_equal(compared, 202);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_file_is_events, setup),
        cmocka_unit_test_setup(a_cut_file_gives_its_whole_records, setup),
        cmocka_unit_test_setup(a_damaged_record_is_told_and_the_rest_goes_on, setup),
        cmocka_unit_test_setup(wrong_checksums_are_told_and_what_can_be_read_follows, setup),
        cmocka_unit_test_setup(pieces_give_what_the_whole_file_gives, setup),
        cmocka_unit_test_setup(every_changed_byte_is_survived, setup),
        cmocka_unit_test_setup(a_template_within_itself_is_refused, setup),
        cmocka_unit_test(the_regression_samples_equal_the_json_beside_them),
    };
    return cmocka_run_group_tests_name("intake/evtx", tests, NULL, NULL);
}
