/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/bundle_make.h"

#include <inttypes.h>
#include "base/bytes.h"
#include "ledger/opener.h"
#include "record/bundle.h"
#include "base/banned.h"

static status erased(const struct schema *s, size_t i, uint64_t index, struct fault *f)
{
    return fault_set(f, FAIL(E_ERASED), "index %" PRIu64 ": %s%s was erased", index,
                     s == NULL ? "the record" : "the field ", s == NULL ? "" : s->fields[i].name);
}

static status format(const struct opened_record *r, uint64_t index, const bool *shown,
                     struct writer *w, struct fault *f)
{
    const struct schema *schema = r->entry.schema;
    if (r->absent) {
        return fault_set(f, FAIL(E_ERASED), "index %" PRIu64 ": its private values were never here",
                         index);
    }
    if (r->gone) return erased(NULL, 0, index, f);
    for (size_t i = 0; i < schema->field_count; i++) {
        const bool gone = shown[i] && r->opening.fields[i].type == TYPE_ERASED;
        if (gone) return erased(schema, i, index, f);
    }
    const status s = bundle_format(r->entry_bytes, schema, &r->opening, r->salts, shown, w);
    return s.code == E_OK ? OK : fault_set(f, s, "the bundle is too large");
}

status bundle_make_opened(struct archive *a, struct keys *keys, uint64_t index, const bool *shown,
                          struct writer *w, struct fault *f)
{
    static struct opened_record record; /* too large for a stack */
    struct opener *opener = opener_new(a, keys);
    status s = opener == NULL ? fault_set(f, FAIL(E_NOMEM), "out of memory")
                              : opener_open(opener, index, &record, f);
    if (s.code == E_OK) s = format(&record, index, shown, w, f);
    bytes_wipe(record.salts, sizeof record.salts);
    opener_free(opener);
    return s;
}

status bundle_make(struct view *v, uint64_t index, const bool *shown, struct writer *w,
                   struct fault *f)
{
    struct keys *keys = NULL;
    TRY(keys_open(&v->node.store, NULL, &keys, f));
    const status s = bundle_make_opened(v->node.archive, keys, index, shown, w, f);
    keys_free(keys);
    return s.code == E_OK ? view_prove(v, index, w, f) : s;
}
