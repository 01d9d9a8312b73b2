/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/sha256.h"
#include "base/writer.h"

/*
 * answer: what a verification found, line by line, so that it reads the same as text and as JSON:
 * facts (what the file says), what was proven, what was not, and warnings.
 * A line that does not fit is counted and the answer is E_NOMEM as a whole: half an answer is none.
 */
enum { ANSWER_BYTES_MAX = 64 * 1024 * 1024 };

enum answer_part {
    ANSWER_FACT,
    ANSWER_PROVEN,
    ANSWER_NOT_PROVEN,
    ANSWER_WARNING,
    ANSWER_PARTS,
};

struct answer_line {
    struct answer_line *next;
    uint8_t part;    /* enum answer_part */
    const char *key; /* of a fact, static: "log", "size"; the same key may come again */
    slice text;
};

struct answer {
    struct arena arena; /* owns the lines and their texts */
    struct answer_line *first;
    struct answer_line *last;
    const char *kind; /* "checkpoint", "inclusion proof" …; static */
    bool overflow;
};

/* An empty answer. */
struct answer answer_of(void);
/* Releases the lines. */
void answer_done(struct answer *a);
/* A fact with its value as it stands in the file. */
void answer_fact(struct answer *a, const char *key, slice value);
/* A fact that is a number. */
void answer_number(struct answer *a, const char *key, uint64_t value);
/* A fact that is a hash, in Base64. */
void answer_hash(struct answer *a, const char *key, hash value);
/* A sentence of the given part (key NULL) or a fact made of pieces; cut at 1,000 bytes. */
__attribute__((format(printf, 4, 5))) void answer_say(struct answer *a, enum answer_part part,
                                                      const char *key, const char *format, ...);
/* OK, or E_NOMEM if a line was lost. */
status answer_check(const struct answer *a);

/* Room that either form needs at most. */
size_t answer_room(const struct answer *a);
/* For people: headings and lines, control characters of foreign text replaced by '?'. */
void answer_write_text(const struct answer *a, struct writer *w);
/* For programs: {"verified":true,"kind":…,"facts":[{"name":…,"value":…}],"proven":[…],
 * "not_proven":[…],"warnings":[…]} */
void answer_write_json(const struct answer *a, struct writer *w);
/* {"verified":false,"refuted":false,"error":"…"}; refuted: evidence proves it to be false. */
void answer_write_failure(bool refuted, const char *error, struct writer *w);
