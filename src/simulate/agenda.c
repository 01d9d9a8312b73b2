/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/agenda.h"

#include <stdlib.h>
#include "base/banned.h"

enum { STEPS_FIRST = 4096 };

static bool is_before(const struct step *a, const struct step *b)
{
    return a->at < b->at || (a->at == b->at && a->order < b->order);
}

void agenda_done(struct agenda *a)
{
    free(a->steps);
    *a = (struct agenda){};
}

static status make_room(struct agenda *a)
{
    const size_t cap = a->cap == 0 ? STEPS_FIRST : 2 * a->cap;
    struct step *steps = realloc(a->steps, cap * sizeof *steps);
    if (steps == NULL) return FAIL(E_NOMEM);
    a->steps = steps;
    a->cap = cap;
    return OK;
}

status agenda_put(struct agenda *a, const struct step *step)
{
    if (a->count == AGENDA_STEPS_MAX) {
        a->left_out++;
        return OK;
    }
    if (a->count == a->cap) TRY(make_room(a));
    struct step new = *step;
    new.order = a->order++;
    size_t at = a->count++;
    while (at > 0 && is_before(&new, &a->steps[(at - 1) / 2])) {
        a->steps[at] = a->steps[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    a->steps[at] = new;
    return OK;
}

bool agenda_take(struct agenda *a, int64_t before_ms, struct step *ret_step)
{
    if (a->count == 0 || a->steps[0].at >= before_ms) return false;
    *ret_step = a->steps[0];
    const struct step last = a->steps[--a->count];
    size_t at = 0;
    for (size_t child = 1; child < a->count; child = 2 * at + 1) {
        if (child + 1 < a->count && is_before(&a->steps[child + 1], &a->steps[child])) child++;
        if (!is_before(&a->steps[child], &last)) break;
        a->steps[at] = a->steps[child];
        at = child;
    }
    a->steps[at] = last;
    return true;
}
