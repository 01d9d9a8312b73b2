/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/protocol/result.h"

#include <string.h>
#include "base/bytes.h"
#include "base/banned.h"

void result_begin(struct protocol_result *r, uint8_t *outcomes, size_t cap)
{
    *r = (struct protocol_result){ .outcomes = outcomes, .outcomes_cap = cap };
    if (cap != 0) memset(outcomes, PROTOCOL_NOT_REACHED, cap);
}

static void note(struct protocol_result *r, uint64_t number, enum protocol_outcome outcome)
{
    if (number < r->outcomes_cap) r->outcomes[number] = (uint8_t)outcome;
}

void result_accept(struct protocol_result *r, struct protocol_place place, bool duplicate)
{
    r->accepted++;
    note(r, place.number, duplicate ? PROTOCOL_DUPLICATE : PROTOCOL_ACCEPTED);
}

void result_refuse(struct protocol_result *r, struct protocol_place place, const struct fault *why)
{
    if (r->rejected < RESULT_REJECTED_MAX) {
        struct protocol_rejection *to = &r->rejections[r->rejected];
        size_t len = strnlen(why->text, sizeof why->text);
        if (len >= sizeof to->error) len = sizeof to->error - 1;
        to->place = place;
        bytes_copy(to->error, sizeof to->error, (slice){ (const uint8_t *)why->text, len });
        to->error[len] = '\0';
    }
    r->rejected++;
    note(r, place.number, PROTOCOL_REJECTED);
}

void result_conflict(struct protocol_result *r, struct protocol_place place)
{
    struct fault why = {};
    ignore(fault_set(&why, FAIL(E_DUPLICATE), "another event has this id"), "for the reason");
    result_refuse(r, place, &why);
    note(r, place.number, PROTOCOL_CONFLICT);
}

void result_end(struct protocol_result *r, status s, const struct fault *fault)
{
    r->status = s;
    if (s.code != E_OK) r->fault = *fault;
}

void result_indices(struct protocol_result *r, uint64_t first, uint64_t last)
{
    if (!r->has_indices || first < r->first_index) r->first_index = first;
    if (!r->has_indices || last > r->last_index) r->last_index = last;
    r->has_indices = true;
}

uint64_t result_unnamed(const struct protocol_result *r)
{
    return r->rejected - result_named(r);
}

size_t result_named(const struct protocol_result *r)
{
    return r->rejected < RESULT_REJECTED_MAX ? (size_t)r->rejected : RESULT_REJECTED_MAX;
}

const struct protocol_rejection *result_rejection(const struct protocol_result *r, uint64_t number)
{
    for (size_t i = 0; i < result_named(r); i++) {
        if (r->rejections[i].place.number == number) return &r->rejections[i];
    }
    return NULL;
}

enum protocol_outcome result_outcome(const struct protocol_result *r, uint64_t number)
{
    if (number >= r->outcomes_cap) return PROTOCOL_NOT_REACHED;
    return (enum protocol_outcome)r->outcomes[number];
}
