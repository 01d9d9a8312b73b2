/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/cursor.h"
#include "base/writer.h"

/*
 * metrics: what a node counts (metrics.def), in the text format of Prometheus, version 0.0.4. The
 * front counts its own; the scribe's numbers come to it as a payload when somebody asks.
 */
enum metric {
#define METRIC(id, ...) METRIC_##id,
#include "serve/metrics.def"
    METRICS,
};

enum {
    METRIC_SLOTS = 16,   /* values of one metric: a place for each pair of labels */
    METRIC_BUCKETS = 11, /* of a histogram, the last without an upper bound; then its sum */
    METRICS_BYTES_MAX = 64 * 1024, /* of the text */
};

/* Slots of labels, in the order of metrics.def. */
enum metric_input { INPUT_EVENTS, INPUT_OTLP, INPUT_HEC, INPUT_ELASTIC, INPUT_SYSLOG };
enum metric_reason { REASON_MALFORMED, REASON_TOO_LARGE, REASON_OLD_NUMBER, REASONS };
enum metric_process {
    PROCESS_SCRIBE,
    PROCESS_FRONT,
    PROCESS_READER,
    PROCESS_SIGNER,
    PROCESS_SENDER,
    PROCESS_GATHERER,
};
enum metric_end { END_GONE, END_SLOW };
enum metric_gap { GAP_SEQUENCE, GAP_SILENCE };

struct metrics {
    uint64_t at[METRICS][METRIC_SLOTS];
};

/* Counts a duration in nanoseconds into a histogram. */
void metrics_time(struct metrics *m, enum metric metric, uint64_t ns);
/* Appends the text. */
void metrics_write(const struct metrics *m, struct writer *w);
/* Appends the values from one metric to another as a payload, and takes them from one into their
 * places. E_SHORT, E_TRAILING, E_LIMIT. */
void metrics_pack(const struct metrics *m, enum metric first, enum metric last, struct writer *w);
status metrics_unpack(slice payload, struct metrics *m);
