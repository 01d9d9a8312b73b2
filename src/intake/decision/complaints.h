/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/json_writer.h"

/*
 * complaints: what is wrong with a statement, by field, as the API answers it:
 * {"puid":["is required"],"category":["…"]}. Names are static or views into what was read.
 */
enum { COMPLAINTS_MAX = 64, COMPLAINT_BYTES_MAX = 160, COMPLAINT_NAME_BYTES_MAX = 64 };

struct complaint {
    char name[COMPLAINT_NAME_BYTES_MAX + 1];
    char text[COMPLAINT_BYTES_MAX];
};

struct complaints {
    struct complaint at[COMPLAINTS_MAX];
    size_t count; /* further ones are dropped */
};

/* Adds one. A name that is too long is cut. */
__attribute__((format(printf, 3, 4))) void complain(struct complaints *c, slice name,
                                                    const char *format, ...);
/* Writes the object: each name once, in the order of its first complaint. */
void complaints_write(const struct complaints *c, struct json_writer *j);
/* Appends the first complaint for people: "puid: is required". */
void complaints_say(const struct complaints *c, struct writer *w);
