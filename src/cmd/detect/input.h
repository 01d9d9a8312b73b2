/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/progress.h"
#include "intake/intake.h"
#include "intake/route.h"

/*
 * input: the events of files, folders and the standard input, compressed or not, for the commands
 * that judge them. What cannot be read is told to the reader of the input and the rest goes on.
 */

/* Where an event stands. */
struct input_place {
    const char *path;          /* "-" for the standard input */
    struct intake_position at; /* in the file, uncompressed */
    uint64_t position;         /* the how manieth event of the whole input, from 0 */
};

/* Who reads. Both stop the input by returning an error, which input_path then returns. */
struct input_reader {
    status (*on_event)(void *with, const struct event *event, const struct input_place *place);
    status (*on_fault)(void *with, const struct input_place *place, const struct fault *fault);
    void *with;
};

struct input {
    struct input_reader reader;
    enum intake_format format; /* INTAKE_AUTO: told from each file */
    int32_t year;              /* of dates without one */
    struct progress *progress; /* borrowed; stepped by bytes. May be NULL */
    uint64_t files;
    uint64_t bytes; /* uncompressed */
    uint64_t events;
    uint64_t faults;

    struct intake *intake; /* owned */
    uint8_t *window;       /* owned, INTAKE_WINDOW_BYTES and padding */
    uint8_t *packed;       /* owned, what is read from a compressed file */
    struct fault *fault;   /* of the path that is being read */
};

/* Prepares; routes (may be NULL) are borrowed. E_NOMEM. Everything is set but reader, format, year
 * and progress. */
status input_init(struct input *in, const struct routes *routes);
void input_done(struct input *in);
/* Every event of a file, of the files below a folder (rules and documents left out), or of the
 * standard input ("-"). A file that cannot be opened is a fault at its position 0. The status is
 * E_NOT_FOUND if the path is not there, E_NOMEM, or what the reader returned. */
status input_path(struct input *in, const char *path, struct fault *fault);
