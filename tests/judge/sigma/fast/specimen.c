/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/judge/sigma/fast/specimen.h"

#include <assert.h>
#include "base/bytes.h"

enum { SPECIMEN_DEPTH_MAX = 12, ASCII = 128, MORE_MAX = 2 };

struct walk {
    slice text;
    size_t at;
    struct dice *dice;
    struct writer *w;
    uint32_t muted; /* nothing is written while this is not 0 */
    bool failed;
};

struct class
{
    bool has[ASCII];
};

static void alternatives(struct walk *k, size_t depth);

static uint8_t peek(const struct walk *k, size_t ahead)
{
    return k->at + ahead < k->text.len ? k->text.at[k->at + ahead] : 0;
}

static void put(struct walk *k, uint8_t byte)
{
    if (k->muted == 0) writer_u8(k->w, byte);
}

static void class_add(struct class *c, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i <= to && i < ASCII; i++)
        c->has[i] = true;
}

static void class_invert(struct class *c)
{
    for (size_t i = 0; i < ASCII; i++)
        c->has[i] = !c->has[i];
}

/* \d, \s, \w and their opposites; false for any other letter. */
static bool class_named(struct class *c, uint8_t letter)
{
    struct class named = {};
    switch (letter | 0x20) {
    case 'd':
        class_add(&named, '0', '9');
        break;
    case 's':
        class_add(&named, ' ', ' ');
        class_add(&named, '\t', '\r');
        break;
    case 'w':
        class_add(&named, '0', '9');
        class_add(&named, 'A', 'Z');
        class_add(&named, '_', '_');
        class_add(&named, 'a', 'z');
        break;
    default:
        return false;
    }
    if (letter < 'a') class_invert(&named);
    for (size_t i = 0; i < ASCII; i++)
        c->has[i] |= named.has[i];
    return true;
}

/* The character of an escape that means one, behind which the walk then is. */
static uint8_t escaped(struct walk *k)
{
    const uint8_t c = peek(k, 0);
    k->at++;
    switch (c) {
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'x':
    case 'u':
    case 'p':
    case 'P':
        k->failed = true;
        return 0;
    default:
        return c;
    }
}

/* One of the class, a letter or digit where there is one. */
static void put_member(struct walk *k, const struct class *c)
{
    uint8_t good[ASCII], any[ASCII];
    uint32_t good_count = 0, any_count = 0;
    for (uint32_t i = 1; i < ASCII; i++) {
        const bool plain =
            (i >= '0' && i <= '9') || (i >= 'a' && i <= 'z') || (i >= 'A' && i <= 'Z');
        if (c->has[i] && plain) good[good_count++] = (uint8_t)i;
        if (c->has[i]) any[any_count++] = (uint8_t)i;
    }
    k->failed |= any_count == 0;
    if (k->failed) return;
    put(k, good_count != 0 ? good[dice_roll(k->dice, good_count)]
                           : any[dice_roll(k->dice, any_count)]);
}

/* The end of a range, or the only member. */
static uint8_t class_member(struct walk *k, struct class *c, bool *ret_named)
{
    *ret_named = false;
    if (peek(k, 0) != '\\') return k->text.at[k->at++];
    k->at++;
    *ret_named = class_named(c, peek(k, 0));
    if (!*ret_named) return escaped(k);
    k->at++;
    return 0;
}

static void class_walk(struct walk *k)
{
    struct class c = {};
    bool named = false;
    k->at++;
    const bool inverted = peek(k, 0) == '^';
    k->at += inverted;
    for (bool first = true; k->at < k->text.len && (first || peek(k, 0) != ']'); first = false) {
        if (peek(k, 0) == '[' && peek(k, 1) == ':') k->failed = true;
        const uint8_t from = class_member(k, &c, &named);
        uint8_t to = from;
        if (!named && peek(k, 0) == '-' && peek(k, 1) != ']') {
            k->at++;
            to = class_member(k, &c, &named);
        }
        if (!named) class_add(&c, from, to);
    }
    k->at++;
    if (inverted) class_invert(&c);
    put_member(k, &c);
}

/* Behind "(": the marks of a group. False if the group has nothing else. */
static bool group_marks(struct walk *k)
{
    if (peek(k, 0) != '?') return true;
    k->at++;
    if (peek(k, 0) == 'P') k->at++;
    if (peek(k, 0) == '<') {
        while (k->at < k->text.len && peek(k, 0) != '>')
            k->at++;
    }
    while (k->at < k->text.len && peek(k, 0) != ':' && peek(k, 0) != ')' && peek(k, 0) != '>')
        k->at++;
    return k->text.at[k->at < k->text.len ? k->at++ : k->text.len - 1] != ')';
}

static void atom(struct walk *k, size_t depth)
{
    struct class c = {};
    switch (peek(k, 0)) {
    case '(':
        k->at++;
        if (!group_marks(k)) return;
        alternatives(k, depth + 1);
        k->failed |= peek(k, 0) != ')';
        k->at++;
        return;
    case '[':
        class_walk(k);
        return;
    case '.':
        k->at++;
        put(k, dice_roll(k->dice, 3) == 0 ? ' ' : (uint8_t)('a' + dice_roll(k->dice, 26)));
        return;
    case '^':
    case '$':
        k->at++;
        return;
    case '\\':
        k->at++;
        if (peek(k, 0) == 'b' || peek(k, 0) == 'B' || peek(k, 0) == 'A' || peek(k, 0) == 'z') {
            k->at++;
        } else if (class_named(&c, peek(k, 0))) {
            k->at++;
            put_member(k, &c);
        } else {
            put(k, escaped(k));
        }
        return;
    default:
        put(k, k->text.at[k->at++]);
    }
}

static uint32_t number(struct walk *k)
{
    uint32_t value = 0;
    for (; peek(k, 0) >= '0' && peek(k, 0) <= '9' && value < 65536; k->at++)
        value = value * 10 + (peek(k, 0) - '0');
    return value;
}

/* How often the atom before stands there. */
static uint32_t repetitions(struct walk *k)
{
    const uint8_t c = peek(k, 0);
    uint32_t least = 1, most = 1;
    if (c == '*' || c == '+' || c == '?') {
        k->at++;
        least = c == '+';
        most = c == '?' ? 1 : least + MORE_MAX;
    } else if (c == '{' && peek(k, 1) >= '0' && peek(k, 1) <= '9') {
        k->at++;
        least = most = number(k);
        if (peek(k, 0) == ',') {
            k->at++;
            most = peek(k, 0) == '}' ? least + MORE_MAX : number(k);
        }
        k->failed |= peek(k, 0) != '}' || most < least;
        k->at++;
    } else {
        return 1;
    }
    if (peek(k, 0) == '?' || peek(k, 0) == '+') k->at++;
    if (k->failed) return 0;
    if (most > least + MORE_MAX) most = least + MORE_MAX;
    return least + dice_roll(k->dice, most - least + 1);
}

static void sequence(struct walk *k, size_t depth)
{
    while (!k->failed && k->at < k->text.len && peek(k, 0) != '|' && peek(k, 0) != ')') {
        const size_t start = k->at;
        k->muted++;
        atom(k, depth);
        k->muted--;
        const uint32_t times = k->failed ? 0 : repetitions(k);
        const size_t end = k->at;
        for (uint32_t i = 0; i < times && k->muted == 0 && !k->failed; i++) {
            k->at = start;
            atom(k, depth);
        }
        k->at = end;
    }
}

/* Recursion is bounded by SPECIMEN_DEPTH_MAX; expressions that nest deeper are given up. */
static void alternatives(struct walk *k, size_t depth)
{
    const size_t start = k->at;
    uint32_t count = 1;
    if (depth > SPECIMEN_DEPTH_MAX) k->failed = true;
    if (k->failed) return;
    k->muted++;
    for (sequence(k, depth); !k->failed && peek(k, 0) == '|'; sequence(k, depth)) {
        k->at++;
        count++;
    }
    k->muted--;
    const size_t end = k->at;
    if (k->muted != 0 || k->failed) return;
    k->at = start;
    const uint32_t chosen = dice_roll(k->dice, count);
    for (uint32_t i = 0; i <= chosen; i++) {
        k->muted += i != chosen;
        sequence(k, depth);
        k->muted -= i != chosen;
        if (i != chosen) k->at++;
    }
    k->at = end;
}

bool specimen_of_regex(slice expression, struct dice *dice, struct writer *w)
{
    struct walk k = { .text = expression, .dice = dice, .w = w };
    alternatives(&k, 0);
    return !k.failed && k.at == expression.len && writer_end(w).code == E_OK;
}
