/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One window for all files: bytes come behind what the reader has not taken yet.
 */
#include "cmd/detect/input.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "lib/json.h"
#include "base/banned.h"

/* Hands on what the window holds. */
static status drain(struct input *in)
{
    struct event event = {};
    struct fault fault = {};
    struct input_place place = { .path = in->path };
    for (;;) {
        switch (intake_next(in->intake, &event, &place.at, &fault)) {
        case INTAKE_EVENT:
            in->events++;
            TRY(in->reader.on_event(in->reader.with, &event, &place));
            break;
        case INTAKE_FAULT:
            in->faults++;
            TRY(in->reader.on_fault(in->reader.with, &place, &fault));
            break;
        case INTAKE_MORE:
        case INTAKE_END:
            return OK;
        }
    }
}

static status on_begin(void *with, const char *path)
{
    struct input *in = with;
    in->path = path;
    in->len = 0;
    intake_begin(in->intake, in->format, in->year);
    return OK;
}

static status on_room(void *with, struct writer *ret_room)
{
    const struct input *in = with;
    *ret_room = writer_of(in->window + in->len, INTAKE_WINDOW_BYTES - in->len);
    return ret_room->cap > 0 ? OK : FAIL(E_LIMIT); /* no format leaves that much */
}

static status on_filled(void *with, size_t len, bool, bool last)
{
    struct input *in = with;
    in->len += len;
    intake_data(in->intake, (slice){ in->window, in->len }, last);
    TRY(drain(in));
    const size_t taken = intake_taken(in->intake);
    bytes_move(in->window, INTAKE_WINDOW_BYTES, in->window + taken, in->len - taken);
    in->len -= taken;
    return OK;
}

static status on_source_fault(void *with, const char *path, const struct fault *fault)
{
    struct input *in = with;
    const struct input_place place = { .path = path };
    in->faults++;
    return in->reader.on_fault(in->reader.with, &place, fault);
}

status input_init(struct input *in, const struct routes *routes)
{
    *in = (struct input){
        .intake = intake_new(routes),
        .window = calloc(1, INTAKE_WINDOW_BYTES + JSON_PADDING_BYTES),
    };
    const status made = source_init(&in->source);
    in->source.reader = (struct source_reader){ on_begin, on_room, on_filled, on_source_fault, in };
    if (made.code == E_OK && in->intake != NULL && in->window != NULL) return OK;
    input_done(in);
    return FAIL(E_NOMEM);
}

void input_done(struct input *in)
{
    source_done(&in->source);
    intake_free(in->intake);
    free(in->window);
    *in = (struct input){};
}

status input_path(struct input *in, const char *path, struct fault *fault)
{
    return source_path(&in->source, path, fault);
}
