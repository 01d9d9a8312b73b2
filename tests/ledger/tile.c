/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/tile.h"
#include "tests/cm.h"

static void paths_read_back_as_written(void **)
{
    static const struct {
        const char *path;
        struct tile tile;
    } cases[] = {
        { "tile/0/000", { false, 0, 0, 256 } },
        { "tile/0/005", { false, 0, 5, 256 } },
        { "tile/0/999.p/1", { false, 0, 999, 1 } },
        { "tile/1/x001/000", { false, 1, 1000, 256 } },
        { "tile/2/x001/x234/067", { false, 2, 1234067, 256 } },
        { "tile/2/x001/x234/067.p/255", { false, 2, 1234067, 255 } },
        { "tile/63/000.p/9", { false, 63, 0, 9 } },
        { "tile/entries/x001/x234/067", { true, 0, 1234067, 256 } },
        { "tile/entries/000.p/112", { true, 0, 0, 112 } },
        { "tile/entries/x009/x223/x372/x036/x854/x775/807", { true, 0, INT64_MAX, 256 } },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tile t = {};
        uint8_t out[TILE_PATH_BYTES_MAX];
        struct writer w = writer_of(out, sizeof out);
        assert_ok(tile_path_parse(guarded(slice_text(cases[i].path)), &t));
        assert_int_equal(t.entries, cases[i].tile.entries);
        assert_int_equal(t.level, cases[i].tile.level);
        assert_int_equal(t.index, cases[i].tile.index);
        assert_int_equal(t.width, cases[i].tile.width);
        tile_path_write(&w, t);
        assert_true(slice_is(writer_slice(&w), cases[i].path));
    }
}

static void every_other_spelling_is_refused(void **)
{
    static const char *const paths[] = {
        "",
        "/",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "/tile/0/000",
        "tile/0/000/",
        "tile//000",
        "tile/00/000",
        "tile/-1/000",
        "tile/x/000",
        "tile/entry/000",
        "Tile/0/000",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/00a",
        "tile/0/x000/005",
        "tile/0/001/234",
        "tile/0/x001",
        "tile/0/x001/",
        "tile/0/x01/234",
        "tile/0/x001/x234",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/1/",
        "tile/0/000.p/1/2",
        "tile/0/000.q/1",
        "tile/0/000/1",
        "tile/0/x001.p/1",
        "tile/0/../000",
        "tile/entries/000?x",
    };
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        struct tile t = { .index = 77 };
        if (tile_path_parse(guarded(slice_text(paths[i])), &t).code != E_SYNTAX) {
            fail_msg("accepted or refused differently: %s", paths[i]);
        }
        assert_int_equal(t.index, 77);
    }
    struct tile t = {};
    assert_fails(tile_path_parse(slice_text("tile/64/000"), &t), E_LIMIT);
    assert_fails(tile_path_parse(slice_text("tile/0/x009/x223/x372/x036/x854/x775/808"), &t),
                 E_LIMIT);
    assert_fails(tile_path_parse(slice_text("tile/0/x999/x999/x999/x999/x999/x999/x999/999"), &t),
                 E_LIMIT);
}

static void widths_follow_the_size_of_the_tree(void **)
{
    assert_int_equal(tile_width(70000, 0, 272), 256); /* the example of tlog-tiles */
    assert_int_equal(tile_width(70000, 0, 273), 112);
    assert_int_equal(tile_width(70000, 0, 274), 0);
    assert_int_equal(tile_width(70000, 1, 0), 256);
    assert_int_equal(tile_width(70000, 1, 1), 17);
    assert_int_equal(tile_width(70000, 2, 0), 1);
    assert_int_equal(tile_width(70000, 3, 0), 0);
    assert_int_equal(tile_width(256, 0, 0), 256);
    assert_int_equal(tile_width(256, 0, 1), 0);
    assert_int_equal(tile_width(256, 1, 0), 1);
    assert_int_equal(tile_width(0, 0, 0), 0);
    assert_int_equal(tile_width(INT64_MAX, 7, 0), 127);
    assert_int_equal(tile_width(INT64_MAX, 8, 0), 0);
    assert_int_equal(tile_width(INT64_MAX, 63, UINT64_MAX), 0);
    assert_int_equal(tile_count(70000, 0), 274);
    assert_int_equal(tile_count(70000, 1), 2);
    assert_int_equal(tile_count(70000, 2), 1);
    assert_int_equal(tile_count(70000, 3), 0);
    assert_int_equal(tile_count(256, 0), 1);
    for (uint64_t size = 0; size < 70000; size += 77) {
        for (unsigned level = 0; level < 4; level++) {
            uint64_t hashes = 0;
            for (uint64_t i = 0; i < tile_count(size, level); i++) {
                assert_true(tile_width(size, level, i) > 0);
                hashes += tile_width(size, level, i);
            }
            assert_int_equal(hashes, size >> 8 * level);
        }
    }
}

static void a_bundle_is_exactly_its_entries(void **)
{
    uint8_t bytes[64];
    struct writer w = writer_of(bytes, sizeof bytes);
    tile_bundle_write(&w, slice_text("one"));
    tile_bundle_write(&w, slice_none());
    tile_bundle_write(&w, slice_text("three"));
    const slice bundle = writer_slice(&w);
    assert_int_equal(bundle.len, 14);
    struct cursor c = cursor_of(guarded(bundle));
    slice entry = {};
    assert_ok(tile_bundle_next(&c, &entry));
    assert_true(slice_is(entry, "one"));
    assert_ok(tile_bundle_next(&c, &entry));
    assert_int_equal(entry.len, 0);
    assert_ok(tile_bundle_check(bundle, 3));
    assert_fails(tile_bundle_check(bundle, 2), E_TRAILING);
    assert_fails(tile_bundle_check(bundle, 4), E_SHORT);
    for (size_t len = 0; len < bundle.len; len++) {
        assert_fails(tile_bundle_check(guarded((slice){ bundle.at, len }), 3), E_SHORT);
    }
    static uint8_t big[UINT16_MAX + 1];
    tile_bundle_write(&w, (slice){ big, sizeof big });
    assert_fails(writer_end(&w), E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_read_back_as_written),
        cmocka_unit_test(every_other_spelling_is_refused),
        cmocka_unit_test(widths_follow_the_size_of_the_tree),
        cmocka_unit_test(a_bundle_is_exactly_its_entries),
    };
    return cmocka_run_group_tests_name("ledger/tile", tests, NULL, NULL);
}
