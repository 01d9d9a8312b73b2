/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Transparency Center: what the reader says (facts), a path that anybody asks for, a receipt, a
 * file of cells. Whatever comes in, a page stays within its bytes and foreign markup stays text.
 * Input: the length of a path, u8; the path; the facts.
 */
#include "serve/center/pages.h"

#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "serve/center/cells_file.h"
#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const char note[] = "log.example.com/fuzz\n0\n"
                           "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n"
                           "— log.example.com/fuzz AAAAAAAA\n";

/* Facts of an empty log. */
static struct facts *empty_facts(void)
{
    static uint8_t room[64 * 1024];
    static struct facts from;
    struct facts *facts = NULL;
    struct fault f = {};
    struct writer w = writer_of(room, sizeof room);
    from.market = from.policy = slice_none();
    from.newest = from.shown = slice_text(note);
    facts_write_head(&from, &w);
    return facts_read(writer_slice(&w), &facts, &f).code == E_OK ? facts : NULL;
}

static void write_page(const struct facts *facts, slice path)
{
    static uint8_t room[PAGE_BYTES_MAX];
    static const struct center_build build = { .version = "v", .commit = "c", .compiler = "g" };
    static const struct center_config config = {};
    static const hash bundle;
    const struct center_view view = { .facts = facts,
                                      .build = &build,
                                      .config = &config,
                                      .log_key = slice_none(),
                                      .bundle = &bundle,
                                      .stylesheet = "/center.css",
                                      .host = path };
    struct page p = { .w = writer_of(room, sizeof room),
                      .view = &view,
                      .type = "text/html; charset=utf-8",
                      .code = 200 };
    pages_write(&p, path, path);
    assert(p.w.error == E_OK && p.w.len <= PAGE_BYTES_MAX);
    assert(p.code == 200 || p.code == 404 || p.code == 500);
    assert(!p.has_file);
}

static void read_cells(slice text)
{
    struct cells_file file = {};
    struct cells_line line = {};
    if (cells_file_open(text, &file).code != E_OK) return;
    size_t left = file.rest.len + 1;
    while (cells_file_next(&file, &line)) {
        assert(file.rest.len < left);
        left = file.rest.len;
        assert(line.figure.at >= text.at && line.figure.at <= text.at + text.len);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct facts *facts = NULL;
    struct fault f = {};
    uint64_t index = 0;
    hash leaf = {};
    if (len == 0 || len < 1 + (size_t)data[0]) return 0;
    const slice path = { data + 1, data[0] };
    const slice rest = { data + 1 + data[0], len - 1 - data[0] };
    if (facts_read(rest, &facts, &f).code != E_OK) facts = empty_facts();
    if (facts != NULL) write_page(facts, path);
    facts_free(facts);
    read_cells(rest);
    ignore(receipt_parse(path, &index, &leaf), "any bytes may be given");
    return 0;
}
