/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "intake/build.h"
#include "intake/plan.h"
#include "lib/json.h"

/*
 * reader: what the formats of src/intake share. A format takes the next record of in->data, builds
 * its fields, and says where it was; intake.c does the rest (log source, time, aliases, limits).
 */

struct intake_evtx; /* the state of the EVTX reader, intake/evtx */

/* JSON: how the input is cut into documents. */
enum json_framing { JSON_LINES, JSON_VALUES };

struct json_state {
    enum json_framing framing;
    bool in_array;                 /* JSON_VALUES: inside the outermost array */
    bool in_object;                /* JSON_VALUES: that array is a member of an object */
    struct json_document document; /* its elements from next to end are still to be handed out */
    uint32_t next;
    uint32_t end;
};

enum { CSV_COLUMNS_MAX = 512, CSV_HEADER_BYTES_MAX = 64 * 1024 };

struct csv_state {
    uint8_t separator;
    size_t column_count;            /* 0: the header is still to come */
    slice columns[CSV_COLUMNS_MAX]; /* views into header */
    uint8_t header[CSV_HEADER_BYTES_MAX];
};

struct intake {
    const struct routes *routes; /* borrowed, or own_routes */
    struct routes *own_routes;   /* owned; NULL if the caller gave some */
    struct build build;
    struct json_parser *json;    /* owned */
    const struct format *format; /* of the plan; NULL: not told yet */
    enum intake_format wanted;   /* INTAKE_AUTO: by the first bytes */
    struct intake_plan plan;
    bool marked; /* the byte order mark, if any, is passed */

    slice data; /* borrowed; the input from offset base on */
    size_t pos; /* of data: what is taken */
    bool last;
    bool skipping; /* inside a line that is too long */
    uint64_t base;
    uint64_t line; /* lines before pos */
    uint64_t record;
    int32_t year;

    slice raw; /* of the record that a format has just built */
    bool parsed;
    struct logsource stated; /* by the format, where the fields do not tell */
    struct intake_position at;
    slice broken; /* a broken record to be handed out after its fault */
    bool has_broken;
    bool cut_reported;

    struct json_state json_state;
    struct csv_state csv;
    struct intake_evtx *evtx; /* owned, made when first needed */
};

/* One format. detect says whether the input that starts with these bytes is one; start may end
 * anywhere unless all. next builds the next record, or reports. */
struct format {
    const char *name;
    bool (*detect)(slice start, bool all);
    enum intake_answer (*next)(struct intake *in, struct fault *fault);
    void (*begin)(struct intake *in); /* NULL: nothing to prepare */
};

/* The row of a format; NULL for INTAKE_AUTO. */
const struct format *reader_format(enum intake_format format);

extern const struct format intake_evtx_format;
extern const struct format intake_json_format;
extern const struct format intake_auditd_format;
extern const struct format intake_journal_format;
extern const struct format intake_syslog_format;
extern const struct format intake_csv_format;
extern const struct format intake_text_format;

/* The next line without its end (LF or CR LF), which is taken; blank lines are skipped. The
 * position is set. INTAKE_EVENT: ret_line is one; INTAKE_FAULT: it was longer than an event may
 * be. */
enum intake_answer reader_line(struct intake *in, slice *ret_line, struct fault *fault);
/* Takes the data up to pos, counting the lines in it. */
void reader_advance(struct intake *in, size_t pos);
/* The position of data[pos], as the place of what comes next. */
void reader_mark(struct intake *in, size_t pos);
/* A fault of this record, whose bytes then follow as an event without fields. */
enum intake_answer reader_broken(struct intake *in, slice record);
/* The bytes start with spaces, tabs or line ends: behind them. */
slice reader_trim(slice s);
/* The first line of the start of an input, without its end; all of it if there is none. */
slice reader_first_line(slice start);

/* Whether an input of JSON that starts so has one document a line. */
bool json_is_lines(slice start);
/* Fields of one JSON object in whatever shape it has: intake/json_event.c. */
void json_event(struct intake *in, const struct json_document *d, uint32_t root);
