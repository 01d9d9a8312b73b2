/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/member.h"

#include "base/bytes.h"
#include "base/banned.h"

static bool is_meant(const struct member_walk *w, const struct event_field *field)
{
    if ((field->flags & w->hidden) != 0) return false;
    return field->name_hash == w->name_hash && slice_equal(field->name, w->name);
}

struct member_walk member_walk_of(const struct event *event, const struct rule_field *field)
{
    struct member_walk w = { .event = event,
                             .name = field->name,
                             .name_hash = event_name_hash(field->name),
                             .hidden =
                                 field->is_categorised ? EVENT_FIELD_SHADOWED : EVENT_FIELD_ALIAS };
    if (memchr(field->name.at, '.', field->name.len) == NULL) return w;
    for (size_t i = 0; i < event->field_count && !w.is_literal; i++) {
        const struct event_field *f = &event->fields[i];
        w.is_literal = (f->flags & EVENT_FIELD_LITERAL) != 0 && is_meant(&w, f);
    }
    return w;
}

const struct event_field *member_next(struct member_walk *w)
{
    while (w->at < w->event->field_count) {
        const struct event_field *f = &w->event->fields[w->at++];
        if (w->is_literal && (f->flags & EVENT_FIELD_LITERAL) == 0) continue;
        if (is_meant(w, f)) return f;
    }
    return NULL;
}
