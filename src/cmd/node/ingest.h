/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/fault.h"
#include "base/writer.h"
#include "cmd/node/node.h"

/*
 * ingest: records as JSON lines into the log, with a line of answer for each: {"index":N}, or
 * {"line":L,"error":"…"} for one that was refused. Empty lines have no answer.
 */
enum {
    INGEST_LINE_BYTES_MAX = 2 * 1024 * 1024, /* an event of 1 MiB with its JSON escapes */
    INGEST_CHUNK_BYTES = 512 * 1024,         /* lines taken together, unless one alone is longer */
    INGEST_CHUNK_LINES_MAX = 4096,
    INGEST_ANSWER_BYTES_MAX = 768, /* of one line */
    INGEST_AHEAD_S_MAX = 86400,    /* a record may be this far ahead of the clock of the node */
    INGEST_ANSWERS_BYTES_MAX = INGEST_CHUNK_LINES_MAX * INGEST_ANSWER_BYTES_MAX,
};

struct ingest {
    struct node *node; /* borrowed, open for writing */
    struct json_parser *parser;
    struct arena arena;
};

/* What became of a chunk. The answers are true once the log is durable up to size. */
struct ingested {
    uint64_t lines;
    uint64_t refused;
    uint64_t size;
};

/* E_NOMEM. */
status ingest_init(struct ingest *in, struct node *node, struct fault *f);
/* Releases the parser and the arena. */
void ingest_done(struct ingest *in);
/* Adds the records of whole lines (the last may lack its newline), numbered from first_line, and
 * appends their answers, at most INGEST_ANSWERS_BYTES_MAX. A line that is refused stops nothing;
 * fails only if the log does. */
status ingest_chunk(struct ingest *in, slice lines, uint64_t first_line, struct writer *answers,
                    struct ingested *ret_ingested, struct fault *f);
/* Whether the record claims a time that has not come yet: by more than INGEST_AHEAD_S_MAX. A month
 * that is counted must have begun: a figure over it would be wrong for ever. E_VALUE. */
status ingest_check_time(const struct record *record, struct fault *why);
/* The text up to the first newline, or all of it. */
slice ingest_first_line(slice text);
/* The part of text that makes a chunk: whole lines, at most INGEST_CHUNK_LINES_MAX of them; empty
 * if there is no whole line. */
slice ingest_cut(slice text);
