/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/json_writer.h"
#include "intake/protocol/protocol.h"

/*
 * result: what became of the events of one request, kept by the owner of the sink, from which
 * NAME_answer writes the reply. Bounded: reasons beyond RESULT_REJECTED_MAX are counted, not kept.
 */
enum {
    RESULT_REJECTED_MAX = 64,        /* reasons that a reply names; the rest is a count */
    RESULT_ERROR_BYTES_MAX = 200,    /* of one reason; a longer one is cut there */
    RESULT_ANSWER_BYTES_MAX = 65536, /* every reply but that of bulk fits into this */
};

/* What became of one event, for the protocols that answer each by itself (bulk). */
enum protocol_outcome {
    PROTOCOL_NOT_REACHED, /* the request stopped before it */
    PROTOCOL_ACCEPTED,
    PROTOCOL_REJECTED,
    PROTOCOL_DUPLICATE, /* was there already: not recorded again; the answer is the first one */
    PROTOCOL_CONFLICT,  /* another event has its id: not recorded */
};

struct protocol_rejection {
    struct protocol_place place;
    char error[RESULT_ERROR_BYTES_MAX]; /* NUL-terminated */
};

struct protocol_result {
    status status;      /* of the whole request: OK, or why it stopped */
    struct fault fault; /* its reason in words */
    uint64_t accepted;  /* duplicates count */
    bool has_indices;
    uint64_t first_index, last_index; /* of the accepted ones; others' records may lie between */
    bool has_ack;
    uint64_t ack_id; /* HEC: by which the sender asks whether they are durable */
    uint64_t rejected;
    struct protocol_rejection rejections[RESULT_REJECTED_MAX]; /* the first of them */
    uint8_t *outcomes; /* borrowed; enum protocol_outcome by place.number; NULL: not wanted */
    size_t outcomes_cap;
};

/* Ready for a new request. outcomes: cap bytes that are zeroed here, or NULL and 0. */
void result_begin(struct protocol_result *r, uint8_t *outcomes, size_t cap);
/* Counts an event that was taken, or that was there already. */
void result_accept(struct protocol_result *r, struct protocol_place place, bool duplicate);
/* Counts an event whose id another one has as rejected, with that reason. */
void result_conflict(struct protocol_result *r, struct protocol_place place);
/* Counts an event that was refused and keeps the reason if there is room. */
void result_refuse(struct protocol_result *r, struct protocol_place place, const struct fault *why);
/* Says how the request ended; the fault is looked at if the status is not OK. */
void result_end(struct protocol_result *r, status s, const struct fault *fault);
/* The widest of the accepted indices so far and these. */
void result_indices(struct protocol_result *r, uint64_t first, uint64_t last);
/* How many were rejected beyond those whose reasons are kept. */
uint64_t result_unnamed(const struct protocol_result *r);
/* "rejections": the reasons kept are 0 … this. */
size_t result_named(const struct protocol_result *r);
/* The reason kept for the event of that number, or NULL. */
const struct protocol_rejection *result_rejection(const struct protocol_result *r, uint64_t number);
/* The outcome of the event of that number: PROTOCOL_NOT_REACHED where none was kept. */
enum protocol_outcome result_outcome(const struct protocol_result *r, uint64_t number);
