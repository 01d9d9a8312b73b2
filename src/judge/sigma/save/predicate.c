/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include "judge/sigma/compile.h"
#include "judge/sigma/pattern.h"
#include "judge/sigma/save/codec.h"
#include "base/banned.h"

/*
 * Of a pattern its parts are kept, and the rest is worked out of them as the compiler does. An
 * expression is named by its text and flags; the compiled ones stand before the predicates.
 */
enum { ADDRESS_BITS = 128 };

static void code_part(struct codec *c, struct pattern_part *part)
{
    static_assert(sizeof *part == 24, "a new member: code it, and raise SAVE_VERSION");
    code_u8(c, &part->kind, PART_ANY);
    code_text(c, &part->text);
    if (part->kind != PART_TEXT && part->text.len != 0) codec_fail(c, E_VALUE);
}

static void code_pattern(struct codec *c, struct pattern *p)
{
    static_assert(sizeof *p == 56, "a new member: code it, or make it in pattern_restore");
    struct pattern_part *parts = NULL;
    uint32_t count = p->part_count;
    code_u8(c, &p->form, FORM_CASED | FORM_DASHED);
    if (!c->is_reading) {
        CODE_ARRAY(c, struct pattern_part, p->parts, count, code_part);
        return;
    }
    CODE_ARRAY(c, struct pattern_part, parts, count, code_part);
    if (!codec_is_good(c)) return;
    struct fault why = {};
    const status s = pattern_restore(c->arena, parts, count, p->form, p, &why);
    if (s.code != E_OK) codec_fail(c, s.code);
}

/* Digits with at most one point, neither first nor last a zero or the point. */
static bool digits_are_good(slice digits)
{
    size_t points = 0;
    for (size_t i = 0; i < digits.len; i++) {
        const uint8_t d = digits.at[i];
        const bool edge = i == 0 || i + 1 == digits.len;
        if (d == '.' ? edge || ++points > 1 : d < '0' + edge || d > '9') return false;
    }
    return true;
}

static void code_decimal(struct codec *c, struct decimal *n)
{
    static_assert(sizeof *n == 32, "a new member: code it, and raise SAVE_VERSION");
    code_text(c, &n->digits);
    code_i64(c, &n->exponent);
    code_bool(c, &n->is_negative);
    if (!digits_are_good(n->digits)) codec_fail(c, E_VALUE);
}

static void code_regex(struct codec *c, struct predicate *p)
{
    const uint32_t all_flags = SCAN_CASELESS | SCAN_MULTILINE | SCAN_DOTALL | SCAN_BYTES;
    code_text(c, &p->regex.expression);
    code_u32(c, &p->regex.flags, all_flags);
    if (!c->is_reading || !codec_is_good(c)) return;
    p->regex.set = compile_expression_find(c->rules->build, p->regex.expression, p->regex.flags);
    if (p->regex.set == NULL) codec_fail(c, E_VALUE);
}

static void code_field(struct codec *c, const struct predicate *p, uint32_t *field)
{
    uint64_t place = *field == FIELD_KEYWORD ? 0 : (uint64_t)*field + 1; /* 0: keywords */
    code_number(c, &place, c->rules->field_count);
    const bool may_be_keyword = p->kind == PREDICATE_TEXT || p->kind == PREDICATE_REGEX;
    if (place == 0 && !may_be_keyword) codec_fail(c, E_VALUE);
    *field = place == 0 ? FIELD_KEYWORD : (uint32_t)(place - 1);
}

void code_predicate(struct codec *c, struct predicate *p)
{
    static_assert(sizeof *p == 128, "a new member: code it, and raise SAVE_VERSION");
    code_u8(c, &p->kind, PREDICATE_FIELDREF);
    code_field(c, p, &p->field);
    code_u8(c, &p->compare, COMPARE_GTE);
    code_text(c, &p->written);
    switch ((enum predicate_kind)p->kind) {
    case PREDICATE_TEXT:
        code_pattern(c, &p->text.pattern);
        code_bool(c, &p->text.is_number);
        if (p->text.is_number) code_decimal(c, &p->text.number);
        return;
    case PREDICATE_REGEX:
        code_regex(c, p);
        return;
    case PREDICATE_NUMBER:
        code_decimal(c, &p->number);
        return;
    case PREDICATE_TIME: {
        uint32_t value = (uint32_t)p->time.value;
        code_u8(c, &p->time.part, TIME_YEAR);
        code_u32(c, &value, UINT32_MAX);
        p->time.value = (int32_t)value;
        return;
    }
    case PREDICATE_CIDR:
        code_bytes(c, p->network.bytes, sizeof p->network.bytes);
        code_u8(c, &p->network.bits, ADDRESS_BITS);
        return;
    case PREDICATE_FIELDREF:
        code_field(c, p, &p->other.field);
        code_u8(c, &p->other.affix, AFFIX_CONTAINS);
        code_u8(c, &p->other.form, FORM_CASED | FORM_DASHED);
        return;
    case PREDICATE_NULL:
    case PREDICATE_EXISTS:
        return;
    }
}
