/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/judge/sigma/fast/corpus.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include "lib/json.h"
#include "lib/unpack.h"

enum { UNPACKED_BYTES_MAX = 256 * 1024 * 1024, PATH_BYTES = 4096 };

/* What nftw, which takes no argument to pass on, works on. */
static struct ruleset *loading;
static struct {
    char **paths;
    size_t count, cap;
    const char *ending;
} listing;

static bool ends_in(const char *name, const char *ending)
{
    const size_t len = strlen(name), tail = strlen(ending);
    return len >= tail && strcmp(name + len - tail, ending) == 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list_file(const char *path, const struct stat *, int type, struct FTW *)
{
    if (type != FTW_F || !ends_in(path, listing.ending)) return 0;
    if (listing.count == listing.cap) {
        listing.cap = listing.cap == 0 ? 1024 : 2 * listing.cap;
        listing.paths = realloc(listing.paths, listing.cap * sizeof *listing.paths);
        assert_non_null(listing.paths);
    }
    char *copy = malloc(strlen(path) + 1);
    assert_non_null(copy);
    bytes_copy(copy, strlen(path) + 1, (slice){ (const uint8_t *)path, strlen(path) + 1 });
    listing.paths[listing.count++] = copy;
    return 0;
}

/* The files below a folder, sorted, so that every run sees the same order. */
static void list_folder(const char *folder, const char *ending)
{
    listing.ending = ending;
    listing.count = 0;
    assert_int_equal(nftw(folder, list_file, 32, FTW_PHYS), 0);
    if (listing.count != 0) qsort(listing.paths, listing.count, sizeof *listing.paths, by_name);
}

static uint8_t *load(const char *path, size_t *ret_len)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) fail_msg("cannot open %s", path);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    const long len = ftell(file);
    rewind(file);
    uint8_t *bytes = calloc(1, (size_t)len + JSON_PADDING_BYTES);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, (size_t)len, file), (size_t)len);
    fclose(file);
    *ret_len = (size_t)len;
    return bytes;
}

static void load_rule(const char *path)
{
    size_t len = 0;
    uint8_t *bytes = load(path, &len);
    assert_ok(ruleset_add(loading, slice_text(path), (slice){ bytes, len }));
    free(bytes);
}

static void load_folder(const char *folder)
{
    list_folder(folder, ".yml");
    for (size_t n = 0; n < listing.count; n++) {
        load_rule(listing.paths[n]);
        free(listing.paths[n]);
    }
}

struct ruleset *corpus_rules(void)
{
    static const char *const folders[] = { "rules", "rules-emerging-threats",
                                           "rules-threat-hunting", "rules-compliance" };
    if (shared_data("sigma/rules") == NULL) return NULL;
    loading = ruleset_new();
    assert_non_null(loading);
    assert_ok(ruleset_list(loading, slice_text("known_cdcs"), slice_text("dc01.example.org")));
    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        char path[PATH_BYTES];
        snprintf(path, sizeof path, "sigma/%s", folders[i]);
        load_folder(shared_data(path));
    }
    assert_ok(ruleset_finish(loading));
    return loading;
}

struct ruleset *corpus_own_rules(void)
{
    const char *source = getenv("CANDOR_SOURCE"); /* set by tests/meson.build */
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/rules", source == NULL ? "." : source);
    loading = ruleset_new();
    assert_non_null(loading);
    load_folder(path);
    assert_ok(ruleset_finish(loading));
    return loading;
}

struct ruleset *corpus_rules_of(const char *text)
{
    struct ruleset *rs = ruleset_new();
    assert_non_null(rs);
    assert_ok(ruleset_add(rs, slice_text("test.yml"), slice_text(text)));
    assert_ok(ruleset_finish(rs));
    for (size_t i = 0; i < rs->diagnostic_count; i++) {
        const struct diagnostic *d = &rs->diagnostics[i];
        if (d->severity == SEVERITY_ERROR)
            fail_msg("%u: %.*s", d->line, (int)d->text.len, (const char *)d->text.at);
    }
    return rs;
}

static uint8_t *unpacked(const char *path, size_t *ret_len)
{
    size_t len = 0;
    uint8_t *bytes = load(path, &len);
    enum unpack_format format = UNPACK_GZIP;
    slice input = { bytes, len };
    *ret_len = len;
    if (unpack_detect(input, &format).code != E_OK) return bytes;
    uint8_t *plain = calloc(1, UNPACKED_BYTES_MAX);
    struct unpack *u = unpack_new(format, UNPACKED_BYTES_MAX - JSON_PADDING_BYTES);
    struct writer out = writer_of(plain, UNPACKED_BYTES_MAX - JSON_PADDING_BYTES);
    assert_non_null(plain);
    assert_non_null(u);
    assert_ok(unpack_step(u, &input, &out));
    unpack_free(u);
    free(bytes);
    *ret_len = out.len;
    return plain;
}

void corpus_events(const char *path, corpus_event each, void *with)
{
    size_t len = 0;
    uint8_t *bytes = unpacked(path, &len);
    struct intake *in = intake_new(NULL);
    assert_non_null(in);
    intake_begin(in, INTAKE_AUTO, 2026);
    intake_data(in, (slice){ bytes, len }, true);
    struct event event = {};
    struct intake_position at = {};
    struct fault fault = {};
    enum intake_answer answer = INTAKE_END;
    while ((answer = intake_next(in, &event, &at, &fault)) < INTAKE_MORE) {
        if (answer == INTAKE_EVENT) each(with, &event, path);
    }
    assert_int_equal(answer, INTAKE_END);
    intake_free(in);
    free(bytes);
}

bool corpus_folder(const char *folder, const char *ending, corpus_event each, void *with)
{
    const char *path = shared_data(folder);
    if (path == NULL) return false;
    list_folder(path, ending);
    for (size_t i = 0; i < listing.count; i++) {
        corpus_events(listing.paths[i], each, with);
        free(listing.paths[i]);
    }
    return true;
}

struct comparison comparison_of(const struct ruleset *rs)
{
    struct comparison c = { .rs = rs, .stride = 1, .parts = 1 };
    assert_ok(engine_new(rs, NULL, &c.engine));
    c.state = engine_state_new(c.engine);
    c.naive = naive_new(rs);
    c.found = calloc(rs->rule_count + 1, sizeof(struct rule *));
    c.gates = calloc(rs->rule_count + 1, sizeof *c.gates);
    assert_true(c.state != NULL && c.naive != NULL && c.found != NULL && c.gates != NULL);
    return c;
}

void comparison_done(struct comparison *c)
{
    engine_state_free(c->state);
    engine_free(c->engine);
    naive_free(c->naive);
    free(c->found);
    free(c->gates);
}

static void keep(void *user, const struct rule *rule, enum gate gate)
{
    struct comparison *c = user;
    c->gates[c->found_count] = gate;
    c->found[c->found_count++] = rule;
}

void comparison_run(struct comparison *c, const struct event *event)
{
    c->found_count = 0;
    assert_ok(engine_match(c->state, event, keep, c));
}

void comparison_event(void *with, const struct event *event, const char *file)
{
    struct comparison *c = with;
    const size_t number = c->seen++;
    if (number % c->stride != 0 || number / c->stride % c->parts != c->part) return;
    c->compared++;
    comparison_run(c, event);
    size_t at = 0;
    for (size_t i = 0; i < c->rs->rule_count; i++) {
        const struct rule *rule = c->rs->rules[i];
        if (rule->kind != RULE_DETECTION) continue;
        const bool wanted = sigma_naive_match(c->naive, rule, event, NULL);
        const bool given = at < c->found_count && c->found[at] == rule;
        if (wanted != given)
            fail_msg("%s: event %zu: %.*s: %s", file, number, (int)rule->title.len,
                     (const char *)rule->title.at, wanted ? "missed" : "found");
        if (given) assert_int_equal(c->gates[at], logsource_gate(rule, event));
        at += given;
    }
    assert_int_equal(at, c->found_count);
    c->findings += at;
}
