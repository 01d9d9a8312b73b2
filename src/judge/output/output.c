/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The identifier is the start of SHA-256 over a fixed label, then each part with its length in 8
 * bytes before it, so that no two lists of parts give the same bytes.
 */
#include "judge/output/output.h"

#include "base/bytes.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/writer.h"
#include "base/banned.h"

void output_member(struct json_writer *j, const char *key, slice value, size_t max)
{
    json_member_string(j, key, text_cut(value, max));
}

slice output_title(const struct rule *rule)
{
    return rule->title.len > 0 ? rule->title : rule_reference(rule);
}

static void hash_number(struct sha256 *s, uint64_t value)
{
    uint8_t bytes[8];
    put_u64(bytes, value);
    sha256_update(s, (slice){ bytes, sizeof bytes });
}

static void hash_part(struct sha256 *s, slice part)
{
    hash_number(s, part.len);
    sha256_update(s, part);
}

static void hash_event(struct sha256 *s, const struct event *event)
{
    hash_part(s, event->raw);
    hash_number(s, event->field_count);
    for (size_t i = 0; i < event->field_count; i++) {
        hash_part(s, event->fields[i].name);
        hash_part(s, event->fields[i].text);
    }
}

static void hash_correlation(struct sha256 *s, const struct finding *f)
{
    hash_number(s, (uint64_t)f->window_start_ns);
    hash_number(s, (uint64_t)f->window_end_ns);
    hash_number(s, f->evicted_count);
    for (size_t i = 0; i < f->group_count; i++) {
        hash_part(s, f->groups[i].field);
        hash_number(s, f->groups[i].is_absent);
        hash_part(s, f->groups[i].value);
    }
}

void output_uid(const struct output_item *item, char ret_uid[OUTPUT_UID_CHARS + 1])
{
    const struct finding *f = item->finding;
    struct sha256 s;
    hash digest;
    sha256_init(&s);
    hash_part(&s, slice_text("candor finding 1"));
    hash_number(&s, f->kind);
    hash_part(&s, rule_reference(f->rule));
    hash_number(&s, (uint64_t)f->time_ns);
    if (f->kind != FINDING_RULE) {
        hash_correlation(&s, f);
    } else {
        hash_number(&s, item->record);
        hash_number(&s, item->offset);
        if (item->element > 0) hash_number(&s, item->element);
        if (f->event != NULL) hash_event(&s, f->event);
    }
    sha256_final(&s, &digest);
    struct writer w = writer_of(ret_uid, OUTPUT_UID_CHARS);
    writer_hex(&w, (slice){ digest.bytes, OUTPUT_UID_CHARS / 2 });
    ret_uid[OUTPUT_UID_CHARS] = 0;
}

void output_digest_join(struct output_digest *d, const struct output_digest *other)
{
    unsigned carry = 0;
    for (size_t i = 0; i < COUNT_OF(d->words); i++) {
        uint64_t sum = 0;
        const bool over = __builtin_add_overflow(d->words[i], other->words[i], &sum);
        carry = __builtin_add_overflow(sum, (uint64_t)carry, &d->words[i]) || over;
    }
}

void output_digest_add(struct output_digest *d, const struct output_item *item)
{
    char uid[OUTPUT_UID_CHARS + 1];
    struct sha256 s;
    hash h;
    struct output_digest one = {};
    output_uid(item, uid);
    sha256_init(&s);
    sha256_update(&s, (slice){ (const uint8_t *)uid, OUTPUT_UID_CHARS });
    sha256_final(&s, &h);
    for (size_t i = 0; i < SHA256_BYTES; i++)
        one.words[i / 8] |= (uint64_t)h.bytes[i] << i % 8 * 8;
    output_digest_join(d, &one);
}

void output_digest_write(struct writer *w, const struct output_digest *d)
{
    uint8_t bytes[SHA256_BYTES];
    for (size_t i = 0; i < SHA256_BYTES; i++)
        bytes[i] = (uint8_t)(d->words[i / 8] >> i % 8 * 8);
    writer_hex(w, (slice){ bytes, sizeof bytes });
}
