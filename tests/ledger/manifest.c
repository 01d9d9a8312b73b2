/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/backup/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "tests/cm.h"

enum { ROOM = 64 * 1024 };

static struct manifest sample(void)
{
    struct manifest m = { .part = BACKUP_LOG,
                          .origin = "log.example.com/x",
                          .key = "log.example.com/x+00+AA" };
    static const char *const names[] = { "log/0000000001.seg", "candor.yaml", "log/checkpoint" };
    m.taken_ns = 1772359200000000000;
    m.entries = 70000;
    m.turns = 3;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct manifest_file file = { .bytes = 10 * i };
        bytes_copy(file.name, sizeof file.name - 1, slice_text(names[i]));
        file.content = sha256(slice_text(names[i]));
        assert_int_equal(manifest_add(&m, &file).code, E_OK);
    }
    manifest_sort(&m);
    return m;
}

static slice text_of(const struct manifest *m)
{
    static uint8_t room[ROOM];
    struct writer w = writer_of(room, sizeof room);
    manifest_write(m, &w);
    assert_int_equal(writer_end(&w).code, E_OK);
    assert_true(w.len <= manifest_room(m));
    return writer_slice(&w);
}

/* The text with its end made true again. */
static slice sealed(const char *lines)
{
    static uint8_t room[ROOM];
    struct writer w = writer_of(room, sizeof room);
    writer_text(&w, lines);
    const hash check = sha256(writer_slice(&w));
    writer_text(&w, "end ");
    writer_hex(&w, (slice){ check.bytes, sizeof check.bytes });
    writer_text(&w, "\n");
    return writer_slice(&w);
}

static void what_is_written_is_read(void **)
{
    struct manifest m = sample();
    struct manifest again = {};
    struct fault f = {};
    assert_int_equal(manifest_parse(guarded(text_of(&m)), &again, &f).code, E_OK);
    assert_int_equal(again.part, BACKUP_LOG);
    assert_string_equal(again.origin, m.origin);
    assert_string_equal(again.key, m.key);
    assert_int_equal(again.taken_ns, m.taken_ns);
    assert_int_equal(again.entries, m.entries);
    assert_int_equal(again.turns, m.turns);
    assert_int_equal(again.file_count, 3);
    assert_string_equal(again.files[0].name, "candor.yaml");
    assert_int_equal(manifest_bytes(&again), 30);
    assert_non_null(manifest_find(&again, "log/checkpoint"));
    assert_null(manifest_find(&again, "log/checkpoin"));
    manifest_done(&m);
    manifest_done(&again);
}

static void every_cut_and_every_flip_is_refused(void **)
{
    struct manifest m = sample();
    const slice text = text_of(&m);
    uint8_t bent[ROOM];
    struct fault f = {};
    for (size_t len = 0; len < text.len; len++) {
        struct manifest got = {};
        assert_int_not_equal(manifest_parse(guarded((slice){ text.at, len }), &got, &f).code, E_OK);
        bytes_copy(bent, sizeof bent, text);
        bent[len] ^= 1;
        if (manifest_parse(guarded((slice){ bent, text.len }), &got, &f).code == E_OK) {
            fail_msg("a flip at %zu was not seen", len);
        }
        assert_null(got.files);
    }
    manifest_done(&m);
}

static void what_would_leave_the_folder_is_refused(void **)
{
    static const char *const names[] = { "/etc/x", "../x", "a/../x", "a//b", "a/", "",
                                         ".x",     "a/.x", "a b",    "a\\b", "./a" };
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char lines[1024];
        struct manifest m = {};
        struct fault f = {};
        snprintf(lines, sizeof lines,
                 "candor backup v1\npart log\norigin o\nkey k\ntaken 2026-03-01T10:00:00Z\n"
                 "entries 1\nturns 0\nfile %064d 5 %s\n",
                 0, names[i]);
        assert_int_not_equal(manifest_parse(sealed(lines), &m, &f).code, E_OK);
    }
}

static void a_name_twice_or_out_of_order_is_refused(void **)
{
    static const char *const pairs[][2] = { { "a", "a" }, { "b", "a" } };
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        char lines[1024];
        struct manifest m = {};
        struct fault f = {};
        snprintf(lines, sizeof lines,
                 "candor backup v1\npart keys\norigin o\nkey k\ntaken 2026-03-01T10:00:00Z\n"
                 "entries 1\nturns 0\nfile %064d 5 %s\nfile %064d 5 %s\n",
                 0, pairs[i][0], 0, pairs[i][1]);
        assert_int_equal(manifest_parse(sealed(lines), &m, &f).code, E_DUPLICATE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(every_cut_and_every_flip_is_refused),
        cmocka_unit_test(what_would_leave_the_folder_is_refused),
        cmocka_unit_test(a_name_twice_or_out_of_order_is_refused),
    };
    return cmocka_run_group_tests_name("ledger/manifest", tests, NULL, NULL);
}
