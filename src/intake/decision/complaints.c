/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/decision/complaints.h"

#include <stdarg.h>
#include <stdio.h>
#include "base/bytes.h"
#include "base/banned.h"

void complain(struct complaints *c, slice name, const char *format, ...)
{
    va_list args;
    if (c->count == COMPLAINTS_MAX) return;
    struct complaint *made = &c->at[c->count++];
    const size_t len = name.len < COMPLAINT_NAME_BYTES_MAX ? name.len : COMPLAINT_NAME_BYTES_MAX;
    bytes_copy(made->name, sizeof made->name, (slice){ name.at, len });
    made->name[len] = '\0';
    va_start(args, format);
    vsnprintf(made->text, sizeof made->text, format, args);
    va_end(args);
}

/* Whether an earlier complaint has the name of this one. */
static bool is_repeated(const struct complaints *c, size_t nth)
{
    for (size_t i = 0; i < nth; i++) {
        if (strcmp(c->at[i].name, c->at[nth].name) == 0) return true;
    }
    return false;
}

void complaints_write(const struct complaints *c, struct json_writer *j)
{
    json_object(j);
    for (size_t i = 0; i < c->count; i++) {
        if (is_repeated(c, i)) continue;
        json_key(j, c->at[i].name);
        json_array(j);
        for (size_t k = i; k < c->count; k++) {
            if (strcmp(c->at[i].name, c->at[k].name) == 0) json_text(j, c->at[k].text);
        }
        json_array_end(j);
    }
    json_object_end(j);
}

void complaints_say(const struct complaints *c, struct writer *w)
{
    if (c->count == 0) return;
    writer_printf(w, "%s: %s", c->at[0].name, c->at[0].text);
    if (c->count > 1) writer_printf(w, " (and %zu more)", c->count - 1);
}
