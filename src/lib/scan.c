/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/scan.h"

#include <assert.h>
#include <hs/hs.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/banned.h"

/*
 * Two modes. In block mode Vectorscan also makes an automaton for short texts by determinising the
 * expression, which makes a search of them two to three times faster. Where nearly any character
 * may be repeated a large number of times, up to a bound, that attempt takes up to a fifth of a
 * second and often fails; such sets are compiled in vectored mode, which does without, and searched
 * as a vector of one text.
 */
enum { REPEATS_MANY = 64 };

struct scan_set {
    hs_database_t *database; /* owned */
    bool is_vectored;
};

struct scan_scratch {
    hs_scratch_t *scratch; /* owned */
};

/* HS_FLAG_ALLOWEMPTY: an expression such as "a*" is legal and matches every text, as in PCRE. */
static unsigned vectorscan_flags(uint32_t flags)
{
    unsigned out = HS_FLAG_ALLOWEMPTY | HS_FLAG_SINGLEMATCH;
    if ((flags & SCAN_BYTES) == 0) out |= HS_FLAG_UTF8;
    if ((flags & SCAN_CASELESS) != 0) out |= HS_FLAG_CASELESS;
    if ((flags & SCAN_MULTILINE) != 0) out |= HS_FLAG_MULTILINE;
    if ((flags & SCAN_DOTALL) != 0) out |= HS_FLAG_DOTALL;
    return out;
}

/* The m of "{n,m}" at that place, REPEATS_MANY for any that is more; 0 if there is none. */
static uint32_t upper_bound(slice e, size_t at)
{
    uint32_t number = 0;
    for (at++; at < e.len && e.at[at] >= '0' && e.at[at] <= '9'; at++)
        continue;
    if (at == e.len || e.at[at] != ',') return 0;
    for (at++; at < e.len && e.at[at] >= '0' && e.at[at] <= '9'; at++)
        number = number >= REPEATS_MANY ? REPEATS_MANY : number * 10 + (e.at[at] - '0');
    return number;
}

/* Where the class that opens at that place closes. */
static size_t class_close(slice e, size_t at)
{
    for (at++; at < e.len && e.at[at] != ']'; at++)
        at += e.at[at] == '\\';
    return at;
}

/* Whether a dot or a negated class stands before {n,m} with an m of REPEATS_MANY and more. Where
 * that is taken for what it is not, only speed is lost. */
static bool repeats_often(slice e)
{
    bool is_wide = false; /* what stands before may be nearly any character */
    for (size_t at = 0; at < e.len; at++) {
        const uint8_t c = e.at[at];
        if (c == '{' && is_wide && upper_bound(e, at) >= REPEATS_MANY) return true;
        is_wide = c == '.' || (c == '[' && at + 1 < e.len && e.at[at + 1] == '^');
        if (c == '[') at = class_close(e, at);
        if (c == '\\') at++;
    }
    return false;
}

struct compile_input {
    char **texts;
    unsigned *flags;
    unsigned *ids;
    size_t count;
};

static void input_done(struct compile_input *in)
{
    for (size_t i = 0; in->texts != NULL && i < in->count; i++)
        free(in->texts[i]);
    free(in->texts);
    free(in->flags);
    free(in->ids);
}

static status input_fill(struct compile_input *in, const struct scan_pattern *patterns,
                         struct fault *fault)
{
    for (size_t i = 0; i < in->count; i++) {
        const slice e = patterns[i].expression;
        if (e.len > SCAN_EXPRESSION_BYTES_MAX) {
            return fault_set(fault, FAIL_AT(E_LIMIT, i), "longer than 16 KiB");
        }
        if (memchr(e.at, 0, e.len) != NULL) {
            return fault_set(fault, FAIL_AT(E_SYNTAX, i), "holds a NUL character");
        }
        in->texts[i] = calloc(1, e.len + 1);
        if (in->texts[i] == NULL) return fault_set(fault, FAIL(E_NOMEM), "out of memory");
        bytes_copy(in->texts[i], e.len, e);
        in->flags[i] = vectorscan_flags(patterns[i].flags);
        in->ids[i] = patterns[i].id;
    }
    return OK;
}

static status compile(const struct compile_input *in, struct scan_set *set, struct fault *fault)
{
    hs_compile_error_t *error = NULL;
    const hs_error_t failed = hs_compile_multi(
        (const char *const *)in->texts, in->flags, in->ids, (unsigned)in->count,
        set->is_vectored ? HS_MODE_VECTORED : HS_MODE_BLOCK, NULL, &set->database, &error);
    if (failed == HS_SUCCESS) return OK;
    status s = FAIL(E_NOMEM);
    if (error != NULL && error->expression >= 0) s = FAIL_AT(E_SYNTAX, error->expression);
    s = fault_set(fault, s, "%s", error == NULL ? "out of memory" : error->message);
    hs_free_compile_error(error);
    return s;
}

status scan_set_new(const struct scan_pattern *patterns, size_t count, struct scan_set **ret_set,
                    struct fault *fault)
{
    assert(count != 0 && count <= SCAN_PATTERNS_MAX);
    struct scan_set *set = calloc(1, sizeof *set);
    struct compile_input in = { .texts = calloc(count, sizeof *in.texts),
                                .flags = calloc(count, sizeof *in.flags),
                                .ids = calloc(count, sizeof *in.ids),
                                .count = count };
    status s = FAIL(E_NOMEM);
    if (set == NULL || in.texts == NULL || in.flags == NULL || in.ids == NULL) {
        s = fault_set(fault, s, "out of memory");
    } else {
        for (size_t i = 0; i < count; i++)
            set->is_vectored = set->is_vectored || repeats_often(patterns[i].expression);
        s = input_fill(&in, patterns, fault);
        if (s.code == E_OK) s = compile(&in, set, fault);
    }
    input_done(&in);
    if (s.code == E_OK) {
        *ret_set = set;
    } else {
        free(set);
    }
    return s;
}

void scan_set_free(struct scan_set *set)
{
    if (set == NULL) return;
    hs_free_database(set->database);
    free(set);
}

status scan_set_save(const struct scan_set *set, slice *ret_bytes)
{
    char *bytes = NULL;
    size_t len = 0;
    if (hs_serialize_database(set->database, &bytes, &len) != HS_SUCCESS) return FAIL(E_NOMEM);
    *ret_bytes = (slice){ .at = (const uint8_t *)bytes, .len = len };
    return OK;
}

/* What Vectorscan says of a database that it has accepted. */
static status mode_of(const hs_database_t *database, bool *ret_is_vectored)
{
    char *info = NULL;
    if (hs_database_info(database, &info) != HS_SUCCESS) return FAIL(E_NOMEM);
    const bool block = strstr(info, "Mode: BLOCK") != NULL;
    *ret_is_vectored = strstr(info, "Mode: VECTORED") != NULL;
    free(info);
    return block || *ret_is_vectored ? OK : FAIL(E_INVALID);
}

status scan_set_load(slice bytes, struct scan_set **ret_set)
{
    struct scan_set *set = calloc(1, sizeof *set);
    if (set == NULL) return FAIL(E_NOMEM);
    const hs_error_t failed =
        hs_deserialize_database((const char *)bytes.at, bytes.len, &set->database);
    status s = OK;
    if (failed != HS_SUCCESS) s = failed == HS_NOMEM ? FAIL(E_NOMEM) : FAIL(E_INVALID);
    if (s.code == E_OK) s = mode_of(set->database, &set->is_vectored);
    if (s.code != E_OK) {
        scan_set_free(set);
        return s;
    }
    *ret_set = set;
    return OK;
}

void scan_identity(struct writer *w)
{
    hs_platform_info_t platform = {};
    const hs_error_t failed = hs_populate_platform(&platform);
    writer_text(w, hs_version());
    writer_u32(w, failed == HS_SUCCESS ? platform.tune : 0);
    writer_u64(w, failed == HS_SUCCESS ? platform.cpu_features : 0);
}

size_t scan_set_bytes(const struct scan_set *set)
{
    size_t len = 0;
    return hs_database_size(set->database, &len) == HS_SUCCESS ? len : 0;
}

struct scan_scratch *scan_scratch_new(void)
{
    return calloc(1, sizeof(struct scan_scratch));
}

void scan_scratch_free(struct scan_scratch *scratch)
{
    if (scratch == NULL) return;
    hs_free_scratch(scratch->scratch);
    free(scratch);
}

status scan_scratch_fit(struct scan_scratch *scratch, const struct scan_set *set)
{
    const hs_error_t failed = hs_alloc_scratch(set->database, &scratch->scratch);
    return failed == HS_SUCCESS ? OK : FAIL(E_NOMEM);
}

struct run {
    scan_found found;
    void *user;
};

static int on_match(unsigned id, unsigned long long, unsigned long long, unsigned, void *user)
{
    const struct run *run = user;
    return run->found(run->user, id) ? 0 : 1;
}

void scan_run(const struct scan_set *set, struct scan_scratch *scratch, slice text,
              scan_found found, void *user)
{
    assert(text.len <= UINT32_MAX);
    struct run run = { .found = found, .user = user };
    const char *at = (const char *)text.at;
    const unsigned len = (unsigned)text.len;
    const hs_error_t ended =
        set->is_vectored
            ? hs_scan_vector(set->database, &at, &len, 1, 0, scratch->scratch, on_match, &run)
            : hs_scan(set->database, at, len, 0, scratch->scratch, on_match, &run);
    assert(ended == HS_SUCCESS || ended == HS_SCAN_TERMINATED); /* else misuse of the scratch */
}

static bool stop_at_first(void *user, uint32_t)
{
    *(bool *)user = true;
    return false;
}

bool scan_any(const struct scan_set *set, struct scan_scratch *scratch, slice text)
{
    bool found = false;
    scan_run(set, scratch, text, stop_at_first, &found);
    return found;
}
