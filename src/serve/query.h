/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/cursor.h"
#include "base/fault.h"
#include "base/writer.h"

/*
 * query: what the front asks the reader, the process that may look into the log (design section 7),
 * as payloads of frames over their own socket. The reader answers each question with an HTTP status
 * and a body; before it opens a private value it has the scribe record who looks.
 *
 *   ask      id u64 | question u8 | who vec16 | index u64 | kind u8 | limit u16 | expect u64 |
 *            text vec32
 *   answer   id u64 | status u16 | type u8 | tag u64 | body
 *   cancel   id u64   nobody waits for that answer: a search ends with what it has found
 */
enum query_message { QUERY_ASK = 1, QUERY_ANSWER, QUERY_CANCEL };

enum query_question {
    QUERY_LIST = 1,    /* records of the kind below index, the newest first; text: filter */
    QUERY_RECORD,      /* the record at index */
    QUERY_PROOF,       /* its inclusion proof (c2sp.org/tlog-proof); public */
    QUERY_HEAD,        /* the checkpoint for the public: the newest that witnesses cosigned */
    QUERY_TILE,        /* the resource text, "tile/…"; public */
    QUERY_INCIDENTS,   /* incidents below number index; kind: their state, 0: any */
    QUERY_INCIDENT,    /* incident number index, with its history */
    QUERY_OPEN,        /* opens an incident as the JSON text says */
    QUERY_CHANGE,      /* changes incident number index as the JSON text says; expect */
    QUERY_STREAM,      /* findings and incidents from index on, as server-sent events */
    QUERY_SEARCH,      /* recorded events below index that have all terms of text (view/terms.h) */
    QUERY_HOOK,        /* what a webhook sends from index on; kind: events; text: private fields */
    QUERY_NEWEST,      /* the newest signed checkpoint, whether witnesses cosigned it or not */
    QUERY_CONSISTENCY, /* the proof from size index to size expect, as lines of hashes */
    QUERY_SOURCES,     /* which sources are heard */
    QUERY_DECIDE,      /* records decisions of the kind as the JSON text says: all or none */
    QUERY_FACTS,       /* what the Transparency Center says (center/facts.h); public */
    QUERY_RECEIPT,     /* the entry at index if its leaf is the hash text (center/receipt.h) */
    QUERY_END,
};

/* An answer to QUERY_STREAM begins with the index from which the next one goes on, u64. */
enum { QUERY_STREAM_HEAD_BYTES = 8, QUERY_STREAM_BYTES_MAX = 512 * 1024 };

enum query_type { QUERY_JSON, QUERY_TEXT, QUERY_BYTES };

enum {
    QUERY_WHO_BYTES_MAX = 128,
    QUERY_TEXT_BYTES_MAX = 48 * 1024,
    QUERY_DECISIONS_BYTES_MAX = 1024 * 1024, /* the text of QUERY_DECIDE */
    QUERY_LIMIT_MAX = 1000,                  /* records in one answer */
    QUERY_ASK_HEAD_BYTES_MAX = 1024,         /* everything but the text */
    QUERY_ASK_BYTES_MAX = QUERY_DECISIONS_BYTES_MAX + QUERY_ASK_HEAD_BYTES_MAX,
    QUERY_BODY_BYTES_MAX = 3 * 1024 * 1024,
    QUERY_ANSWER_BYTES_MAX = QUERY_BODY_BYTES_MAX + 32,
};

#define QUERY_EXPECT_ANY UINT64_MAX

struct query_ask {
    uint64_t id;
    uint8_t question; /* enum query_question */
    slice who;        /* the user, as the log names them; empty for what is public */
    uint64_t index;
    uint8_t kind; /* enum kind; 0: any */
    uint16_t limit;
    uint64_t expect; /* index of an incident's newest record, or QUERY_EXPECT_ANY */
    slice text;
};

struct query_answer {
    uint64_t id;
    uint16_t status; /* of HTTP */
    uint8_t type;    /* enum query_type */
    uint64_t tag;    /* of the version of what is shown (ETag); 0: none */
    slice body;
};

/* Each appends a payload. */
void query_ask_write(const struct query_ask *m, struct writer *w);
void query_answer_write(const struct query_answer *m, struct writer *w);
/* Each parses a whole payload; slices are views. E_SHORT, E_TRAILING, E_LIMIT, E_UNKNOWN. */
status query_ask_parse(slice payload, struct query_ask *ret_message);
status query_answer_parse(slice payload, struct query_answer *ret_message);
