/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/disclosure.h"

#include "base/bytes.h"
#include "record/bundle.h"
#include "verify/entry_facts.h"
#include "verify/leaf.h"
#include "base/banned.h"

/* "name: value" of an opened field, at whatever length it has. */
static void say_field(const struct schema_field *f, struct record_field field,
                      struct answer *answer)
{
    enum { NUMBER_BYTES = 64, NAME_BYTES = 256 };
    const size_t cap = 2 * field.value.len + NUMBER_BYTES + NAME_BYTES;
    uint8_t *room = arena_take(&answer->arena, cap);
    if (room == NULL) {
        answer->overflow = true;
        return;
    }
    struct writer w = writer_of(room, cap);
    writer_printf(&w, "%.200s: ", f->name);
    if (field.type == TYPE_ABSENT) writer_text(&w, "(absent)");
    bundle_value_print(field, cap - w.len, &w);
    answer_fact(answer, "field", writer_slice(&w));
}

static void say_fields(const struct bundle *b, struct answer *answer)
{
    const struct schema *s = b->entry.schema;
    size_t hidden = 0;
    for (size_t i = 0; i < s->field_count; i++) {
        if (b->fields[i].type != TYPE_ERASED) {
            say_field(&s->fields[i], b->fields[i], answer);
        } else {
            answer_fact(answer, "hidden", slice_text(s->fields[i].name));
            hidden++;
        }
    }
    answer_say(answer, ANSWER_PROVEN, NULL,
               "the opened fields are those that the entry committed to when it was logged");
    if (hidden > 0) {
        answer_say(answer, ANSWER_NOT_PROVEN, NULL,
                   "what the %zu hidden fields say, or whether they were erased", hidden);
    }
    if (!b->schema_known) {
        answer_say(answer, ANSWER_NOT_PROVEN, NULL,
                   "what the fields mean: this verifier does not know version %u of this kind, and "
                   "the names are the bundle's own",
                   s->version);
    }
}

static status verify_with(const struct verify_input *in, struct arena *arena, struct bundle *b,
                          struct answer *answer, struct fault *fault)
{
    struct leaf leaf = {};
    TRY(bundle_check(in->file, arena, b, fault));
    TRY(leaf_verify(in->trust, b->proof, b->entry_bytes, answer, &leaf, fault));
    entry_facts(b->entry_bytes, answer);
    say_fields(b, answer);
    answer_say(answer, ANSWER_NOT_PROVEN, NULL, "that what the record says is true");
    return OK;
}

status verify_disclosure(const struct verify_input *in, struct answer *answer, struct fault *fault)
{
    struct arena arena = arena_of(BUNDLE_ARENA_BYTES_MAX);
    struct bundle b = {};
    const status s = verify_with(in, &arena, &b, answer, fault);
    arena_done(&arena);
    return s;
}
