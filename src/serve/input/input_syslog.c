/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Syslog messages. They come from no registered source: who sent one is told by its certificate, by
 * its address, or on the loopback interface not at all, and the record says which.
 */
#include "base/bytes.h"
#include "os/clock.h"
#include "record/schema.h"
#include "serve/front_state.h"
#include "serve/input/input.h"
#include "base/banned.h"

static const struct account syslog_account = { .kind = ACCOUNT_SOURCE,
                                               .name = "syslog",
                                               .source_class = VALUE_source_class_server,
                                               .actor = ACCOUNT_ACTOR_DEFAULT,
                                               .subject = ACCOUNT_SUBJECT_DEFAULT };

static uint8_t trust_of(const struct syslog_peer *peer)
{
    if (peer->subject[0] != '\0') return VALUE_trust_certificate;
    return peer->is_loopback ? VALUE_trust_unauthenticated : VALUE_trust_address;
}

bool input_syslog(void *self, const struct syslog_message *m, const struct syslog_peer *peer)
{
    struct front *front = self;
    struct fault f = {};
    uint64_t number = 0;
    const struct origin from = { .account = &syslog_account,
                                 .trust = trust_of(peer),
                                 .arrived_ns = clock_real_ns() };
    const struct submission event = { .raw = m->bytes, .format = INTAKE_SYSLOG };
    const status s = batcher_add(front->batcher, &from, &event, &number, &f);
    if (s.code != E_OK && !protocol_refuses(s)) front_fail(front, s);
    if (s.code == E_OK) {
        front->metrics.at[METRIC_accepted][INPUT_SYSLOG]++;
    } else {
        front->metrics.at[METRIC_rejected][INPUT_SYSLOG * REASONS + input_reason(s)]++;
    }
    const bool full = outbox_bytes(front->outbox) > OUTBOX_BYTES_MAX;
    if (full) front->is_syslog_paused = true;
    return !full;
}
