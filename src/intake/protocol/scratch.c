/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/protocol/scratch.h"

#include <stdlib.h>
#include "base/banned.h"

struct protocol_scratch *scratch_new(void)
{
    struct protocol_scratch *s = calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->arena = arena_of(SCRATCH_ARENA_BYTES_MAX);
    s->json = json_parser_new();
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
    arena_done(&s->arena);
    free(s);
}
