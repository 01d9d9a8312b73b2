/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/writer.h"
#include "simulate/people.h"

/*
 * word: short texts by value: names, numbers, addresses and times as the sources write them. All
 * addresses are private or from the ranges for documentation (RFC 5737, RFC 3849).
 */
enum { WORD_BYTES = 96 };

struct word {
    char text[WORD_BYTES]; /* NUL-terminated */
};

enum time_form {
    TIME_UTC,    /* 2026-01-05T09:12:13.123Z */
    TIME_ZONE,   /* 2026-01-05T10:12:13.123+01:00 */
    TIME_SECOND, /* 2026-01-05T09:12:13Z */
    TIME_MICRO,  /* 2026-01-05T09:12:13.123000Z */
    TIME_SPACE,  /* 2026-01-05 09:12:13.123 */
    TIME_NAMED,  /* 2026-01-05 09:12:13.123 UTC */
    TIME_DATE,   /* 2026-01-05 */
};

/* Letters, then the number in decimal, padded with zeros to at least that many digits. */
struct word word_number(const char *letters, uint64_t number, unsigned digits);
/* Two texts, one behind the other. */
struct word word_join(const char *a, const char *b);
/* "user-17". */
struct word word_user(uint32_t user);
/* A time; the offset is for TIME_ZONE. */
struct word word_time(int64_t at_ms, enum time_form form, int32_t offset_minutes);
/* 8-4-4-4-12 hexadecimal digits made of two numbers. */
struct word word_uuid(uint64_t a, uint64_t b);
/* That many (at most 32) hexadecimal digits, lower-case, made of the number. */
struct word word_hex(uint64_t number, unsigned digits);
/* The address of a person's computer in the office (10.0.0.0/8), seen from inside. */
struct word word_office_ip(uint32_t person, uint8_t market);
/* The address that the office of a market has outside (203.0.113.0/24). */
struct word word_exit_ip(uint8_t market);
/* The address of a user at home (198.51.100.0/24 or 2001:db8::/32). */
struct word word_user_ip(uint32_t user);
/* An address of a stranger (192.0.2.0/24). */
struct word word_stranger_ip(uint32_t number);
