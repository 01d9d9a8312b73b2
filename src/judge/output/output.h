/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/json_writer.h"
#include "judge/finding.h"

/*
 * output: what the writers of findings share. They are pure: a finding and its place in, text out.
 * Every text is cut (at a character) and every list is bounded here, so that a finding of any
 * event and rule fits OUTPUT_BYTES_MAX; what was cut is said in the output.
 */
enum {
    OUTPUT_VALUE_BYTES_MAX = 4096,         /* of a value, a title, an author … */
    OUTPUT_NAME_BYTES_MAX = 512,           /* of the name of a field, a selection, a tag */
    OUTPUT_TAGS_MAX = 64,                  /* tags, references and groups told */
    OUTPUT_EXPLANATION_BYTES_MAX = 262144, /* of --explain */
    OUTPUT_BYTES_MAX = 16 * 1024 * 1024,   /* of one finding in any format */
    OUTPUT_EVENTS_MAX = 100,               /* of a correlation's window */
    OUTPUT_UID_CHARS = 32,
};

/* An event of a correlation's window. */
struct output_event {
    slice file;
    uint64_t line; /* as in output_item, with what follows */
    uint64_t record;
    uint32_t element;
};

/* A finding, where its event stands and what else is known of it; everything is borrowed. */
struct output_item {
    const struct finding *finding;
    slice file;       /* "-" for the standard input; empty where no event is at hand */
    uint64_t line;    /* from 1; 0 in formats without lines */
    uint64_t record;  /* from 1 */
    uint64_t offset;  /* bytes */
    uint32_t element; /* from 1, of a line that is an array; else 0 */
    const struct output_event *events; /* of a correlation */
    size_t event_count;
    slice explanation;   /* the rule's tree with its answers; empty where not asked for */
    const char *version; /* of candor */
};

/* How many events of a correlation's window the item does not name. */
static inline uint64_t output_events_left(const struct output_item *item)
{
    return item->finding->evidence_count + item->finding->evidence_left - item->event_count;
}

/* json_member_string with the value cut to max bytes. */
void output_member(struct json_writer *j, const char *key, slice value, size_t max);
/* The title, or where there is none what messages call the rule. */
slice output_title(const struct rule *rule);
/* The finding's identifier in lower-case hexadecimal: the same rule and the same bytes at the same
 * record and offset give the same one, whatever the file is called; a correlation is told apart by
 * its group and window. */
void output_uid(const struct output_item *item, char ret_uid[OUTPUT_UID_CHARS + 1]);

/* A digest of many findings that does not depend on their order: the sum of the SHA-256 hashes of
 * their identifiers, as little-endian numbers, modulo 2^256. */
struct output_digest {
    uint64_t words[4]; /* the least significant first */
};

/* Takes in one finding. */
void output_digest_add(struct output_digest *d, const struct output_item *item);
/* Takes in what another digest took in. */
void output_digest_join(struct output_digest *d, const struct output_digest *other);
/* In lower-case hexadecimal, the least significant byte first. */
void output_digest_write(struct writer *w, const struct output_digest *d);
