/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/detect/source.h"
#include "intake/intake.h"
#include "intake/route.h"

/*
 * input: the events of a source, one after the other. feed.h is the same with threads.
 */

/* Where an event stands. */
struct input_place {
    const char *path;          /* "-" for the standard input */
    struct intake_position at; /* in the file, unpacked */
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
    struct source source;
    uint64_t events;
    uint64_t faults;

    struct intake *intake; /* owned */
    uint8_t *window;       /* owned, INTAKE_WINDOW_BYTES and padding */
    size_t len;            /* of the window, not taken yet */
    const char *path;      /* of the file at hand */
};

/* Prepares; routes (may be NULL) are borrowed. E_NOMEM. Everything is set but reader, format and
 * year. It may not be moved afterwards. */
status input_init(struct input *in, const struct routes *routes);
void input_done(struct input *in);
/* Every event of a path, as source_path has it. */
status input_path(struct input *in, const char *path, struct fault *fault);
