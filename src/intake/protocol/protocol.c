/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/protocol/protocol.h"

#include "intake/json_scan.h"
#include "intake/reader.h"
#include "base/banned.h"

status protocol_take(const struct protocol_sink *sink, const struct submission *event,
                     struct fault *fault)
{
    status s = OK;
    if (event->raw.len > PROTOCOL_EVENT_BYTES_MAX) {
        s = fault_set(fault, FAIL(E_LIMIT), "the event has %zu bytes, at most %d are taken",
                      event->raw.len, PROTOCOL_EVENT_BYTES_MAX);
    } else {
        s = sink->take(sink->self, event, fault);
    }
    if (!protocol_refuses(s)) return s;
    struct protocol_place place = event->place;
    place.is_too_large = s.code == E_LIMIT;
    sink->refuse(sink->self, place, fault);
    return OK;
}

enum intake_format protocol_line_format(slice line)
{
    size_t end = 0;
    if (line.len > 0 && line.at[0] == '{' && json_scan_value(line, 0, &end).code == E_OK &&
        end == line.len) {
        return INTAKE_JSON;
    }
    if (intake_auditd_format.detect(line, true)) return INTAKE_AUDITD;
    if (intake_syslog_format.detect(line, true)) return INTAKE_SYSLOG;
    return INTAKE_TEXT;
}

static int http_status_of(status s)
{
    switch (s.code) {
    case E_OK:
        return 200;
    case E_LIMIT:
        return 413;
    case E_BUSY:
        return 429;
    case E_FULL:
        return 507;
    case E_CLOSED:
    case E_CANCELLED:
    case E_FSYNC:
    case E_STOPPED:
        return 503;
    default:
        return protocol_refuses(s) ? 400 : 500;
    }
}

struct protocol_answer protocol_answer_of(status s)
{
    const int http_status = http_status_of(s);
    return (struct protocol_answer){
        .http_status = http_status,
        .content_type = "application/json",
        .retry_after_s = http_status == 429 || http_status == 503 ? PROTOCOL_RETRY_AFTER_S : 0,
    };
}
