/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/protocol/scratch.h"

#include <stdlib.h>
#include <string.h>
#include "base/bytes.h"
#include "base/text.h"
#include "base/banned.h"

struct protocol_scratch *scratch_new(void)
{
    struct protocol_scratch *s = calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->arena = arena_of(SCRATCH_ARENA_BYTES_MAX);
    s->json = json_parser_new_deep();
    s->room = calloc(1, PROTOCOL_EVENT_BYTES_MAX + JSON_PADDING_BYTES);
    if (s->json != NULL && s->room != NULL) return s;
    scratch_free(s);
    return NULL;
}

void scratch_free(struct protocol_scratch *s)
{
    if (s == NULL) return;
    json_parser_free(s->json);
    free(s->room);
    free(s->otlp);
    arena_done(&s->arena);
    free(s);
}

/* A string with escapes. */
static status unescape(struct protocol_scratch *s, const struct scratch_text *text, slice *ret_text,
                       struct fault *fault)
{
    struct json_document d = {};
    const status parsed = json_parse_padded(s->json, text->value, &d, fault);
    if (parsed.code != E_OK) return fault_within(fault, parsed, text->name);
    if (d.nodes[0].type != JSON_STRING) {
        return fault_set(fault, FAIL(E_VALUE), "\"%s\" must be a string", text->name);
    }
    *ret_text = arena_copy(&s->arena, d.nodes[0].text);
    return ret_text->at == NULL ? fault_set(fault, FAIL(E_NOMEM), "out of memory") : OK;
}

status scratch_string(struct protocol_scratch *s, const struct scratch_text *text, slice *ret_text,
                      struct fault *fault)
{
    const slice value = text->value;
    slice found = slice_none();
    if (value.at[0] != '"' || memchr(value.at, '\\', value.len) != NULL) {
        TRY(unescape(s, text, &found, fault));
    } else {
        found = (slice){ value.at + 1, value.len - 2 };
        if (!text_is_utf8(found)) {
            return fault_set(fault, FAIL(E_UTF8), "\"%s\" is not UTF-8", text->name);
        }
    }
    if (found.len > text->bytes_max) {
        return fault_set(fault, FAIL(E_LIMIT), "\"%s\" has %zu bytes, at most %zu are taken",
                         text->name, found.len, text->bytes_max);
    }
    *ret_text = found;
    return OK;
}
