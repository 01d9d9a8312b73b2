/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "record/event.h"

/*
 * intake: bytes of a log in, events out. No file and no socket: the caller gives the bytes piece by
 * piece and is told how many of them are done with.
 *
 *     intake_begin(in, INTAKE_AUTO);
 *     for (;;) {
 *         … move what intake_taken has not counted to the front, append more, at least
 *           JSON_PADDING_BYTES of the buffer stay free behind it …
 *         intake_data(in, bytes, is_all);
 *         while ((answer = intake_next(in, &event, &at, &fault)) < INTAKE_MORE) { … }
 *         if (answer == INTAKE_END) break;
 *     }
 *
 * A part of the input that cannot be read is a fault with its position, and reading goes on behind
 * it. A line that is broken is a fault and then an event that is not parsed, so that keywords still
 * find it. Linear in the input; memory is bounded by the window and the constants here.
 */
enum {
    INTAKE_WINDOW_BYTES = 4 * 1024 * 1024, /* a caller's buffer must hold this much and padding */
    INTAKE_DETECT_BYTES = 64 * 1024,       /* detection looks at no more than this */
};

enum intake_format {
    INTAKE_AUTO,
    INTAKE_JSON,    /* lines, arrays, objects; what they hold is told from the events */
    INTAKE_EVTX,    /* Windows event log file */
    INTAKE_AUDITD,  /* Linux audit.log */
    INTAKE_JOURNAL, /* journald export format */
    INTAKE_SYSLOG,  /* RFC 5424 and RFC 3164 lines */
    INTAKE_CSV,     /* comma, semicolon or tab, with a header */
    INTAKE_TEXT,    /* each line an event without fields */
    INTAKE_FORMAT_COUNT,
};

enum intake_answer {
    INTAKE_EVENT, /* ret_event and ret_at are set */
    INTAKE_FAULT, /* ret_fault and ret_at are set */
    INTAKE_MORE,  /* needs more bytes than intake_data gave */
    INTAKE_END,   /* the input is over */
};

/* Where an event or a fault is. */
struct intake_position {
    uint64_t line;    /* from 1; 0 in formats without lines */
    uint64_t record;  /* from 1: the how manieth line, chunk entry or value of the input */
    uint64_t offset;  /* of its first byte */
    uint32_t element; /* from 1, where a line is an array: which of its events; else 0 */
};

struct intake;
struct routes;

/* A reader; routes (NULL: the built-in ones) are borrowed. One thread at a time. NULL if memory is
 * out. */
struct intake *intake_new(const struct routes *routes);
void intake_free(struct intake *in);
/* A new input starts; the year completes dates that have none (RFC 3164), 0 if unknown. */
void intake_begin(struct intake *in, enum intake_format format, int32_t year);
/* What is there of the input behind what was taken; last: there will be no more. Borrowed until the
 * next call; JSON_PADDING_BYTES behind it must be readable. */
void intake_data(struct intake *in, slice data, bool last);
/* The next event or fault. Views in ret_event die at the next call. */
enum intake_answer intake_next(struct intake *in, struct event *ret_event,
                               struct intake_position *ret_at, struct fault *ret_fault);
/* How many bytes of the data are done with. */
size_t intake_taken(const struct intake *in);
/* The format in use; INTAKE_AUTO before the first byte. */
enum intake_format intake_format(const struct intake *in);
/* The format's name as --format takes it, static. */
const char *intake_format_name(enum intake_format format);
/* E_UNKNOWN. */
status intake_format_parse(slice name, enum intake_format *ret_format);
