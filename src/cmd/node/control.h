/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <assert.h>
#include "base/fault.h"
#include "base/writer.h"
#include "cmd/node/duty.h"
#include "cmd/node/ingest.h"

/*
 * control: what commands and a running node say to each other over DIR/run/control.sock, as
 * payloads of frames (os/frame.h). A command sends chunks and gets one reply for each, in order.
 *
 *   append   flags u8 (bit 0: answer when checkpointed; bit 1: all together or none;
 *            bit 2: statements without their long texts) |
 *            kind u8 | first line u64 | lines. kind 0: records as they are; a kind of decision: in
 *            the form of docs/formats/decisions.md; together: one JSON text
 *   duty     a duty (cmd/node/duty.h); its answer is one line
 *   answers  refused u64 | answers
 *   refused  a failure (cmd/failure.h): the answer to a duty is no
 *   failed   a failure: the node is stopping
 */
#define CONTROL_FOLDER "run"
#define CONTROL_SOCKET "run/control.sock"

enum control_message {
    CONTROL_APPEND = 1,
    CONTROL_ANSWERS = 2,
    CONTROL_FAILED = 3,
    CONTROL_DUTY = 4,
    CONTROL_REFUSED = 5,
};

enum {
    CONTROL_PAYLOAD_MAX = INGEST_ANSWERS_BYTES_MAX + 64 * 1024, /* and a chunk is smaller */
    CONTROL_APPEND_HEAD_BYTES = 10,                             /* everything but the lines */
    CONTROL_IN_FLIGHT_MAX = 2, /* chunks a command may send before it takes an answer */
};

static_assert(INGEST_LINE_BYTES_MAX + 16 < CONTROL_PAYLOAD_MAX, "a chunk fits a frame");
static_assert((int)DUTY_BYTES_MAX < (int)CONTROL_PAYLOAD_MAX, "a duty fits a frame");

struct control_append {
    bool checkpointed;
    bool together; /* one JSON text of decisions: all or none */
    bool light;    /* statements of a light dump: without their long texts */
    uint8_t kind;  /* enum kind of what is decided; 0: records of any kind */
    uint64_t first_line;
    slice lines;
};

struct control_answers {
    uint64_t refused;
    slice answers;
};

/* Appends the payload. */
void control_append_write(const struct control_append *m, struct writer *w);
/* Appends the payload. */
void control_answers_write(const struct control_answers *m, struct writer *w);
/* Each parses a whole payload; slices are views. E_SHORT, E_VALUE. */
status control_append_parse(slice payload, struct control_append *ret_message);
/* E_SHORT. */
status control_answers_parse(slice payload, struct control_answers *ret_message);
