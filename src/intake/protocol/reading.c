/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/protocol/reading.h"

#include "base/timestamp.h"
#include "intake/protocol/protocol.h"
#include "record/kinds.h"
#include "base/banned.h"

static const int64_t ns_per_s = 1000000000;

bool reading_believes(int64_t time_ns, int64_t arrived_ns)
{
    return time_ns >= 0 && time_ns <= arrived_ns + READING_FUTURE_S * ns_per_s;
}

/* How it was read when it came: what syslog listeners hear, and what protocols make of a line. */
static enum intake_format format_of(const struct recorded *e)
{
    const bool heard = e->trust == VALUE_trust_certificate || e->trust == VALUE_trust_address ||
                       e->trust == VALUE_trust_unauthenticated;
    return heard ? INTAKE_SYSLOG : protocol_line_format(e->raw);
}

struct reading reading_of(struct intake *in, const struct recorded *event)
{
    const struct reading r = { in, event, format_of(event), true, false };
    intake_begin(in, r.format, timestamp_to_civil(event->arrived_ns).year);
    intake_data(in, event->raw, true);
    return r;
}

bool reading_next(struct reading *r, struct event *ret_event)
{
    struct intake_position at = {};
    struct fault unused;
    const struct recorded *e = r->event;
    for (;;) {
        const enum intake_answer answer = intake_next(r->intake, ret_event, &at, &unused);
        if (answer == INTAKE_FAULT && r->format != INTAKE_JSON) continue;
        if (answer != INTAKE_EVENT) return false;
        const int64_t own_ns = ret_event->has_time ? ret_event->time_ns : e->arrived_ns;
        if (r->is_first) r->is_told = own_ns != e->time_ns;
        r->is_first = false;
        if (r->is_told) ret_event->time_ns = e->time_ns;
        ret_event->has_time = (ret_event->has_time || r->is_told) &&
                              reading_believes(ret_event->time_ns, e->arrived_ns);
        return true;
    }
}
