/* SPDX-License-Identifier: Apache-2.0 */
#include "report/declared.h"

#include <stdlib.h>
#include "base/arena.h"
#include "base/bytes.h"
#include "base/banned.h"

struct declared {
    struct report_period period;
    struct arena arena; /* of the texts */
    struct declaration at[DECLARED_CELLS_MAX];
    size_t count;
    uint64_t erased;
};

struct declared *declared_new(const struct report_period *period)
{
    struct declared *d = calloc(1, sizeof *d);
    if (d == NULL) return NULL;
    d->period = *period;
    d->arena = arena_of(DECLARED_BYTES_MAX);
    return d;
}

void declared_free(struct declared *d)
{
    if (d == NULL) return;
    arena_done(&d->arena);
    free(d);
}

bool declared_wants(slice entry)
{
    const struct schema *s = schema_of(KIND_declared);
    return entry.len > 3 && entry.at[1] == KIND_declared && get_u16(entry.at + 2) == s->version;
}

struct declaration *declared_find(struct declared *d, slice cell)
{
    for (size_t i = 0; i < d->count; i++) {
        if (slice_equal(d->at[i].cell, cell)) return &d->at[i];
    }
    return NULL;
}

struct declaration *declared_all(struct declared *d, size_t *ret_count)
{
    *ret_count = d->count;
    return d->at;
}

uint64_t declared_erased(const struct declared *d)
{
    return d->erased;
}

static slice text_in(const struct opening *o, int field)
{
    const struct record_field *t = &o->fields[field - 1];
    return t->type == TYPE_TEXT ? t->value : slice_none();
}

/* A place for the cell: the one that it has, or the next. NULL if there are too many. */
static struct declaration *place_of(struct declared *d, slice cell)
{
    struct declaration *place = declared_find(d, cell);
    if (place == NULL && d->count < DECLARED_CELLS_MAX) place = &d->at[d->count++];
    return place;
}

status declared_take(struct declared *d, const struct scanned_record *r, struct fault *f)
{
    const struct opening *o = r->opening;
    const slice cell = o == NULL ? slice_none() : text_in(o, FIELD_declared_cell);
    const slice period = o == NULL ? slice_none() : text_in(o, FIELD_declared_period);
    if (cell.len == 0 || period.len == 0) {
        d->erased++;
        return OK;
    }
    if (!slice_is(period, d->period.name)) return OK;
    struct declaration *place = place_of(d, cell);
    if (place == NULL) {
        return fault_set(f, FAIL(E_LIMIT), "more than %d declared cells", DECLARED_CELLS_MAX);
    }
    *place = (struct declaration){
        .index = r->index,
        .cell = arena_copy(&d->arena, cell),
        .value = arena_copy(&d->arena, text_in(o, FIELD_declared_value)),
        .method = arena_copy(&d->arena, text_in(o, FIELD_declared_method)),
        .signer = arena_copy(&d->arena, text_in(o, FIELD_declared_signer)),
        .context = arena_copy(&d->arena, text_in(o, FIELD_declared_context)),
    };
    const bool fits = place->cell.at != NULL && place->value.at != NULL &&
                      place->method.at != NULL && place->signer.at != NULL &&
                      place->context.at != NULL;
    if (fits) return OK;
    return fault_set(f, FAIL(E_LIMIT), "what is declared has more than %d bytes",
                     DECLARED_BYTES_MAX);
}
