/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/word.h"

#include "base/bytes.h"
#include "base/timestamp.h"
#include "base/banned.h"

enum { NS_PER_MS = 1000000, NUMBER_DIGITS = 20 };

static struct writer begin(struct word *word)
{
    return writer_of(word->text, sizeof word->text - 1);
}

/* The decimal digits of a number, with zeros before them. */
static void digits(struct writer *w, uint64_t number, unsigned digits_min)
{
    uint8_t text[NUMBER_DIGITS];
    unsigned at = NUMBER_DIGITS;
    do {
        text[--at] = (uint8_t)('0' + number % 10);
        number /= 10;
    } while (at > 0 && (number != 0 || NUMBER_DIGITS - at < digits_min));
    writer_bytes(w, (slice){ text + at, NUMBER_DIGITS - at });
}

struct word word_number(const char *letters, uint64_t number, unsigned digits_min)
{
    struct word word = {};
    struct writer w = begin(&word);
    writer_text(&w, letters);
    digits(&w, number, digits_min);
    return word;
}

struct word word_join(const char *a, const char *b)
{
    struct word word = {};
    struct writer w = begin(&word);
    writer_text(&w, a);
    writer_text(&w, b);
    return word;
}

struct word word_user(uint32_t user)
{
    return word_number("user-", user, 1);
}

/* "+01:00". */
static void zone(struct writer *w, int32_t minutes)
{
    writer_u8(w, minutes < 0 ? '-' : '+');
    const uint32_t ahead = (uint32_t)(minutes < 0 ? -minutes : minutes);
    digits(w, ahead / 60, 2);
    writer_u8(w, ':');
    digits(w, ahead % 60, 2);
}

struct word word_time(int64_t at_ms, enum time_form form, int32_t offset_minutes)
{
    static const char *const ends[] = { "Z", "", "Z", "000Z", "", " UTC", "" };
    struct word word = {};
    struct writer w = begin(&word);
    const int64_t shown = at_ms + (form == TIME_ZONE ? (int64_t)offset_minutes * MS_PER_MINUTE : 0);
    const struct civil c = timestamp_to_civil(shown * NS_PER_MS);
    digits(&w, (uint64_t)c.year, 4);
    writer_u8(&w, '-');
    digits(&w, c.month, 2);
    writer_u8(&w, '-');
    digits(&w, c.day, 2);
    if (form == TIME_DATE) return word;
    writer_u8(&w, form == TIME_SPACE || form == TIME_NAMED ? ' ' : 'T');
    digits(&w, c.hour, 2);
    writer_u8(&w, ':');
    digits(&w, c.minute, 2);
    writer_u8(&w, ':');
    digits(&w, c.second, 2);
    if (form != TIME_SECOND) {
        writer_u8(&w, '.');
        digits(&w, c.nanosecond / NS_PER_MS, 3);
    }
    writer_text(&w, ends[form]);
    if (form == TIME_ZONE) zone(&w, offset_minutes);
    return word;
}

static void hex(struct writer *w, uint64_t number, unsigned count)
{
    for (unsigned i = count; i-- > 0;)
        writer_u8(w, (uint8_t) "0123456789abcdef"[number >> 4 * i & 15]);
}

struct word word_uuid(uint64_t a, uint64_t b)
{
    struct word word = {};
    struct writer w = begin(&word);
    hex(&w, a >> 32, 8);
    writer_u8(&w, '-');
    hex(&w, a >> 16, 4);
    writer_text(&w, "-4"); /* RFC 9562: version 4 … */
    hex(&w, a, 3);
    writer_u8(&w, '-');
    writer_u8(&w, (uint8_t) "89ab"[b >> 62]); /* … of variant 10 */
    hex(&w, b >> 48, 3);
    writer_u8(&w, '-');
    hex(&w, b, 12);
    return word;
}

struct word word_hex(uint64_t number, unsigned count)
{
    struct word word = {};
    struct writer w = begin(&word);
    if (count > 16) hex(&w, random_mix(number), count - 16);
    hex(&w, number, count < 16 ? count : 16);
    return word;
}

/* Four numbers with dots between them. */
static struct word ipv4(uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    struct word word = {};
    struct writer w = begin(&word);
    const uint32_t parts[] = { a, b, c, d };
    for (unsigned i = 0; i < 4; i++) {
        if (i > 0) writer_u8(&w, '.');
        digits(&w, parts[i], 1);
    }
    return word;
}

struct word word_office_ip(uint32_t person, uint8_t market)
{
    return ipv4(10, 16u + market, person >> 8 & 255, person & 255);
}

struct word word_exit_ip(uint8_t market)
{
    return ipv4(203, 0, 113, 16u + market);
}

struct word word_user_ip(uint32_t user)
{
    const uint64_t home = random_mix(user);
    if ((home & 1) == 0) return ipv4(198, 51, 100, (uint32_t)(home >> 8 & 255));
    struct word word = {};
    struct writer w = begin(&word);
    writer_text(&w, "2001:db8:");
    hex(&w, home >> 16, 4);
    writer_u8(&w, ':');
    hex(&w, home >> 32, 4);
    writer_text(&w, "::");
    hex(&w, home >> 48, 4);
    return word;
}

struct word word_stranger_ip(uint32_t number)
{
    return ipv4(192, 0, 2, number & 255);
}
