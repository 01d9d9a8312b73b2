/* SPDX-License-Identifier: Apache-2.0 */
/*
 * make_counted DIR: logs of 65,800 entries with two summaries, as an operator would publish them,
 * and the count proofs of both: DIR/STORY/out, DIR/STORY/count-first, DIR/STORY/count-last. DIR
 * must exist. Every log is signed by the same key; they differ in what their summaries say:
 *
 *   honest    the truth
 *   last      one counter of the second summary is one too high
 *   first     two counters of the first are off by one, its sum is right; the second is true
 *   carried   the first as above, and the second goes on from its table
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "ledger/checkpoint.h"
#include "ledger/count/count.h"
#include "ledger/proof.h"
#include "ledger/tile.h"
#include "record/draft.h"
#include "record/entry.h"
#include "tests/cm.h"
#include "tests/verify/sample.h"

enum {
    SIZE = 65800,
    FIRST = 65535,
    LAST = 65736,
    TEMPLATES = 512,
    ENTRY_MAX = 256,
    LEVELS = 18,
    DAY_S = 86400,
    JANUARY_S = 1767225600,
    FILE_MAX = 1 << 20,
};

enum story { HONEST, LIE_LAST, LIE_FIRST, LIE_CARRIED, STORIES };
static const char *const story_names[STORIES] = { "honest", "last", "first", "carried" };

static uint8_t entry_bytes[SIZE][ENTRY_MAX];
static slice entries[SIZE];
static hash nodes[LEVELS][SIZE];
static const char *folder;

static void make_parents(const char *path)
{
    char part[1024] = "";
    for (size_t i = 0; path[i] != '\0'; i++) {
        if (path[i] == '/' && i > 0) mkdir(part, 0755);
        part[i] = path[i];
    }
}

static void put(const char *name, slice bytes)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    make_parents(path);
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes.at, 1, bytes.len, out), bytes.len);
    assert_int_equal(fclose(out), 0);
}

static void make_record(struct writer *w, size_t i)
{
    static const char *const markets[] = { "DE", "FR", "IT", "ES", "PT" };
    static const salt salts[FIELDS_MAX];
    static struct draft d;
    struct record r = {};
    struct fault fault = {};
    draft_start(&d, i % 3 == 0 ? KIND_appeal : KIND_event, JANUARY_S);
    if (i % 3 == 0) {
        draft_time(&d, FIELD_appeal_time, (int64_t)i);
        draft_text(&d, FIELD_appeal_id, slice_text("an appeal"));
    } else {
        draft_market(&d, COLUMN_event_market, slice_text(markets[i % COUNT_OF(markets)]));
        draft_time(&d, FIELD_event_time, (int64_t)i);
        draft_text(&d, FIELD_event_source, slice_text("a source"));
        draft_raw(&d, FIELD_event_raw, slice_text("{}"));
    }
    const status s = draft_end(&d, NULL, &r, &fault);
    if (s.code != E_OK) fail_msg("%s", fault.text);
    assert_ok(entry_encode(&r, salts, w));
}

/* Records of two kinds over three months. */
static void make_records(void)
{
    for (size_t i = 0; i < SIZE; i++) {
        struct writer w = writer_of(entry_bytes[i], ENTRY_MAX);
        if (i < TEMPLATES) make_record(&w, i);
        if (i >= TEMPLATES) writer_bytes(&w, entries[i % TEMPLATES]);
        put_u32(entry_bytes[i] + 5, (uint32_t)(JANUARY_S + i % 80 * DAY_S));
        entries[i] = writer_slice(&w);
    }
}

/* The table of what was counted, with the story's lie: of the first row that has more than 1. */
static struct counter_table table_of(struct counter *c, bool first_up, bool second_down)
{
    static uint8_t rows[2][FILE_MAX];
    struct counter_table t = {};
    uint8_t *copy = rows[counter_size(c) == LAST];
    assert_ok(counter_table(c, &t));
    assert_true(t.rows.len <= FILE_MAX && t.row_count > 4);
    bytes_copy(copy, FILE_MAX, t.rows);
    t.rows.at = copy;
    uint8_t *up = copy + COUNTER_KEY_BYTES;
    uint8_t *down = copy + COUNTER_ROW_BYTES + COUNTER_KEY_BYTES;
    if (first_up) put_u64(up, get_u64(up) + 1);
    if (second_down) put_u64(down, get_u64(down) - 1);
    return t;
}

static void make_summary(struct counter *c, const struct counter_table *t, uint64_t index)
{
    static struct draft d;
    struct fault fault = {};
    struct record r = {};
    struct summary_claim claim = {};
    uint8_t body_room[ENTRY_MAX];
    struct writer body = writer_of(body_room, sizeof body_room);
    struct writer w = writer_of(entry_bytes[index], ENTRY_MAX);
    const uint64_t time_s = JANUARY_S + 85 * DAY_S + index;
    assert_ok(counter_summary(c, time_s, &claim));
    claim.root = counter_table_root(t);
    draft_start(&d, KIND_summary, time_s);
    summary_draft(&claim, &d);
    assert_ok(draft_end(&d, &body, &r, &fault));
    assert_ok(entry_encode(&r, NULL, &w));
    entries[index] = writer_slice(&w);
}

static void make_tree(void)
{
    merkle_leaves(entries, SIZE, nodes[0]);
    for (size_t level = 1; level < LEVELS; level++) {
        for (size_t i = 0; i < (size_t)SIZE >> level; i++) {
            nodes[level][i] = merkle_node(nodes[level - 1][2 * i], nodes[level - 1][2 * i + 1]);
        }
    }
}

static status node_of(void *, unsigned level, uint64_t index, hash *ret_node)
{
    *ret_node = nodes[level][index];
    return OK;
}

static const struct merkle_source source = { NULL, node_of };

static void put_tile(const char *story, struct tile t)
{
    static uint8_t room[TILE_WIDTH * ENTRY_MAX + TILE_BYTES];
    struct writer w = writer_of(room, sizeof room);
    char path[256];
    struct writer name = writer_of(path, sizeof path);
    for (size_t i = t.index * TILE_WIDTH; i < t.index * TILE_WIDTH + t.width; i++) {
        if (t.entries) tile_bundle_write(&w, entries[i]);
        if (!t.entries) writer_bytes(&w, (slice){ nodes[8 * t.level][i].bytes, SHA256_BYTES });
    }
    assert_ok(writer_end(&w));
    writer_printf(&name, "%s/out/", story);
    tile_path_write(&name, t);
    writer_u8(&name, 0);
    assert_ok(writer_end(&name));
    put(path, writer_slice(&w));
}

static void put_tiles(const char *story, struct tile t)
{
    for (t.index = 0; t.index < tile_count(SIZE, t.level); t.index++) {
        t.width = (uint16_t)tile_width(SIZE, t.level, t.index);
        put_tile(story, t);
    }
}

static slice checkpoint(void)
{
    uint8_t text[512];
    struct writer w = writer_of(text, sizeof text);
    struct checkpoint c = { slice_text(sample_log_name), SIZE, {}, slice_none() };
    assert_ok(merkle_root(&source, (struct merkle_range){ 0, SIZE }, &c.root));
    checkpoint_write(&w, &c);
    return sample_note(writer_slice(&w));
}

static void put_count(const char *story, const char *name, const struct counter_table *t,
                      uint64_t index, slice note)
{
    static uint8_t room[FILE_MAX];
    struct writer w = writer_of(room, sizeof room);
    char path[256];
    struct inclusion_proof p = { slice_none(), index, {}, note };
    const struct count_query q = count_query_of(schema_of(KIND_event), MONTH_BEFORE, MONTH_AFTER);
    assert_ok(count_format(t, &q, entries[index], &w));
    assert_ok(merkle_prove_inclusion(&source, index, SIZE, &p.path));
    inclusion_proof_write(&w, &p);
    assert_ok(writer_end(&w));
    snprintf(path, sizeof path, "%s/%s", story, name);
    put(path, writer_slice(&w));
}

static void put_table(const char *story, const struct counter_table *t)
{
    static uint8_t room[FILE_MAX];
    struct writer w = writer_of(room, sizeof room);
    char path[256];
    assert_ok(counter_table_format(t, &w));
    snprintf(path, sizeof path, "%s/out/counters/000", story);
    put(path, writer_slice(&w));
}

static void tell(enum story story)
{
    const char *name = story_names[story];
    const bool early = story == LIE_FIRST || story == LIE_CARRIED;
    char path[256];
    struct counter *c = counter_new(0);
    assert_non_null(c);
    for (size_t i = 0; i < FIRST; i++)
        assert_ok(counter_add(c, entries[i]));
    const struct counter_table first = table_of(c, early, early);
    make_summary(c, &first, FIRST);
    if (story == LIE_CARRIED) {
        counter_free(c);
        c = counter_new(0);
        assert_ok(counter_load(c, &first));
    }
    for (size_t i = FIRST; i < LAST; i++)
        assert_ok(counter_add(c, entries[i]));
    const struct counter_table last = table_of(c, story == LIE_LAST, false);
    make_summary(c, &last, LAST);
    make_tree();
    const slice note = checkpoint();
    snprintf(path, sizeof path, "%s/out/checkpoint", name);
    put(path, note);
    put_tiles(name, (struct tile){ .entries = true });
    for (uint8_t level = 0; level < 3; level++)
        put_tiles(name, (struct tile){ .level = level });
    put_table(name, &first);
    put_count(name, "count-first", &first, FIRST, note);
    put_count(name, "count-last", &last, LAST, note);
    counter_free(c);
}

int main(int argc, char **argv)
{
    if (argc != 2) return 2;
    folder = argv[1];
    make_records();
    for (enum story story = HONEST; story < STORIES; story++)
        tell(story);
    return 0;
}
