/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a report, the first byte says which: what is read lies within its list, and every
 * refusal has a reason. */
#include <assert.h>
#include "base/bytes.h"
#include "verify/report/stated.h"
#include "verify/report/stated_manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_cells(status s, const struct stated *cells, const struct fault *fault)
{
    assert(s.code == E_OK || fault->text[0] != '\0');
    for (size_t i = 0; i < cells->count; i++)
        assert(slice_starts(cells->at[i].name, cells->at[i].figure));
    assert(cells->count <= cells->cap);
}

static void check_manifest(slice text, struct fault *fault)
{
    static struct stated_manifest m;
    if (stated_manifest_read(text, &m, fault).code != E_OK) {
        assert(fault->text[0] != '\0');
        return;
    }
    for (size_t i = 0; i < m.file_count; i++)
        assert(memchr(m.files[i].name.at, '/', m.files[i].name.len) == NULL);
    assert(m.month_first <= m.month_last);
}

static void check_page(slice rest)
{
    slice number = slice_none();
    const struct stated_cell c = { .words = { slice_text("1234"), slice_text("count") } };
    size_t len = rest.len;
    while (stated_page_number(&rest, &number).code == E_OK) {
        assert(rest.len < len && number.len < len);
        len = rest.len;
        assert(!stated_is_shown(&c, number) || number.len >= 4);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct arena arena;
    struct stated cells = {};
    struct definitions definitions = {};
    struct fault fault = {};
    if (len == 0) return 0;
    const slice text = { data + 1, len - 1 };
    arena.cap = 64 * 1024 * 1024;
    arena_reset(&arena);
    switch (data[0]) {
    case 'c':
        check_cells(stated_csv(text, &arena, &cells, &fault), &cells, &fault);
        break;
    case 'j':
        check_cells(stated_json(text, slice_text("{"), &arena, &cells, &fault), &cells, &fault);
        break;
    case 'h':
        check_page(text);
        break;
    case 'm':
        check_manifest(text, &fault);
        break;
    default:
        if (definitions_read(text, &arena, &definitions, &fault).code == E_OK) {
            assert(definitions.count <= DEFINITIONS_MAX);
        } else {
            assert(fault.text[0] != '\0');
        }
    }
    return 0;
}
