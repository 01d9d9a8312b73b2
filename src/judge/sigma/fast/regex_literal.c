/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/fast/regex_literal.h"

#include "base/bytes.h"
#include "base/text.h"
#include "base/banned.h"

/*
 * An expression is alternatives of sequences of atoms. A sequence offers each of its runs of plain
 * characters and each of its groups, and the cheapest offer stands for it; alternatives need an
 * offer each. A quantifier that allows none takes back the atom before it.
 */
enum { RUN_BYTES_MAX = 256 };

struct reading {
    slice text;
    size_t at;
    size_t depth;
    bool failed; /* something unknown: no literal at all */
    struct arena *arena;
    literal_price price;
    const void *with;
};

struct run {
    uint8_t bytes[RUN_BYTES_MAX];
    size_t len;
};

static void alternatives_read(struct reading *r, struct regex_literals *ret_set);

static bool more(const struct reading *r)
{
    return !r->failed && r->at < r->text.len;
}

static uint8_t peek(const struct reading *r, size_t ahead)
{
    return r->at + ahead < r->text.len ? r->text.at[r->at + ahead] : 0;
}

/* Takes the run as an offer for the sequence if it is cheaper than what there is. */
static void run_offer(struct reading *r, struct run *run, struct regex_literals *best)
{
    const slice text = { run->bytes, run->len };
    run->len = 0;
    if (text.len == 0) return;
    const float price = r->price(r->with, text);
    if (best->count != 0 && best->price <= price) return;
    const slice kept = arena_copy(r->arena, text);
    if (kept.at == NULL) return;
    best->texts[0] = kept;
    best->count = 1;
    best->price = price;
}

static void set_offer(const struct regex_literals *set, struct regex_literals *best)
{
    if (set->count == 0 || (best->count != 0 && best->price <= set->price)) return;
    *best = *set;
}

/* Takes a quantifier, if one is there; whether it allows the atom to be absent. */
static bool quantifier_read(struct reading *r, bool *ret_is_there)
{
    const uint8_t c = peek(r, 0);
    bool optional = false;
    *ret_is_there = c == '*' || c == '+' || c == '?' || c == '{';
    if (!*ret_is_there) return false;
    if (c == '{') {
        const uint8_t first = peek(r, 1);
        optional = first < '1' || first > '9';
        while (more(r) && peek(r, 0) != '}')
            r->at++;
        if (r->at == r->text.len) r->failed = true;
    } else {
        optional = c != '+';
    }
    r->at++;
    if (peek(r, 0) == '?' || peek(r, 0) == '+') r->at++;
    return optional;
}

static void class_skip(struct reading *r)
{
    r->at++;
    if (peek(r, 0) == '^') r->at++;
    if (peek(r, 0) == ']') r->at++;
    while (more(r) && peek(r, 0) != ']') {
        if (peek(r, 0) == '[' && peek(r, 1) == ':') {
            while (more(r) && peek(r, 0) != ']')
                r->at++;
        } else if (peek(r, 0) == '\\') {
            r->at++;
        }
        r->at++;
    }
    if (r->at >= r->text.len) r->failed = true;
    r->at++;
}

/* Behind "(": the marks of the group. Anything but a plain or named group and flags without x ends
 * the reading. */
static void group_open(struct reading *r, bool *ret_is_empty)
{
    *ret_is_empty = false;
    if (peek(r, 0) != '?') return;
    r->at++;
    if (peek(r, 0) == 'P') r->at++;
    if (peek(r, 0) == '<' && peek(r, 1) != '=' && peek(r, 1) != '!') {
        while (more(r) && peek(r, 0) != '>')
            r->at++;
        r->at++;
        return;
    }
    while (peek(r, 0) == 'i' || peek(r, 0) == 's' || peek(r, 0) == 'm' || peek(r, 0) == '-')
        r->at++;
    const uint8_t c = peek(r, 0);
    r->at++;
    *ret_is_empty = c == ')';
    if (c != ':' && c != ')') r->failed = true;
}

static void group_read(struct reading *r, struct regex_literals *best)
{
    struct regex_literals inner = {};
    bool is_empty = false, quantified = false;
    r->at++;
    group_open(r, &is_empty);
    if (is_empty || r->failed) return;
    if (++r->depth > REGEX_GROUP_DEPTH_MAX) r->failed = true;
    alternatives_read(r, &inner);
    r->depth--;
    if (peek(r, 0) != ')') r->failed = true;
    r->at++;
    if (!quantifier_read(r, &quantified)) set_offer(&inner, best);
}

/* A plain character: taken, and its place behind. False where the atom is something else. */
static bool plain_read(struct reading *r, uint8_t *ret_byte)
{
    uint8_t c = peek(r, 0);
    size_t len = 1;
    if (c == '\\') {
        c = peek(r, 1);
        len = 2;
        if (c == 'Q' || c == 'E') r->failed = true;
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
            return false;
    } else if (c == '.' || c == '^' || c == '$' || c == '[' || c == '(') {
        return false;
    }
    if (c == 0 || c >= 0x80) return false;
    r->at += len;
    *ret_byte = c;
    return true;
}

/* Past an atom that is no plain character and no group. */
static void other_skip(struct reading *r)
{
    const uint8_t c = peek(r, 0);
    if (c == '[') {
        class_skip(r);
        return;
    }
    if (c != '\\') {
        r->at++;
        return;
    }
    const uint8_t escaped = peek(r, 1);
    const bool has_operand = escaped == 'x' || escaped == 'o' || escaped == 'p' || escaped == 'P' ||
                             escaped == 'c' || escaped == 'N' || (escaped >= '0' && escaped <= '9');
    r->at += 2;
    if (has_operand) r->failed = true;
}

/* One sequence, up to '|' or ')' or the end. */
static void sequence_read(struct reading *r, struct regex_literals *ret_best)
{
    struct run run = {};
    bool quantified = false;
    while (more(r) && peek(r, 0) != '|' && peek(r, 0) != ')') {
        uint8_t byte = 0;
        if (peek(r, 0) == '(') {
            run_offer(r, &run, ret_best);
            group_read(r, ret_best);
            continue;
        }
        if (!plain_read(r, &byte)) {
            run_offer(r, &run, ret_best);
            other_skip(r);
            quantifier_read(r, &quantified);
            continue;
        }
        const bool optional = quantifier_read(r, &quantified);
        if (!optional && run.len < RUN_BYTES_MAX) run.bytes[run.len++] = text_lower_ascii(byte);
        if (quantified || run.len == RUN_BYTES_MAX) run_offer(r, &run, ret_best);
    }
    run_offer(r, &run, ret_best);
}

/* Recursion is bounded by REGEX_GROUP_DEPTH_MAX. */
static void alternatives_read(struct reading *r, struct regex_literals *ret_set)
{
    struct regex_literals all = {};
    bool none = false;
    while (!r->failed) {
        struct regex_literals one = {};
        sequence_read(r, &one);
        none = none || one.count == 0 || one.count > REGEX_LITERALS_MAX - all.count;
        for (size_t i = 0; i < one.count && !none; i++)
            all.texts[all.count++] = one.texts[i];
        all.price += one.price;
        if (peek(r, 0) != '|') break;
        r->at++;
    }
    if (r->failed || none) return;
    *ret_set = all;
}

void regex_literals_find(slice expression, struct arena *arena, literal_price price,
                         const void *with, struct regex_literals *ret_literals)
{
    struct reading r = { .text = expression, .arena = arena, .price = price, .with = with };
    *ret_literals = (struct regex_literals){};
    alternatives_read(&r, ret_literals);
    if (r.failed || r.at != r.text.len) *ret_literals = (struct regex_literals){};
}
