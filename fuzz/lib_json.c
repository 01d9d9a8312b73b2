/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON reading: nodes nest properly, and the locator finds nothing wrong exactly in what parses.
 */
#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "lib/json.h"
#include "lib/json_repair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct json_parser *parser;
    if (parser == NULL) parser = json_parser_new();
    assert(parser != NULL);
    const slice text = { data, len };
    const char *what = NULL;
    struct json_document d = {};
    struct fault fault = {};
    const status s = json_parse(parser, text, &d, &fault);
    const size_t offset = json_locate(text, JSON_DEPTH_MAX, &what);
    assert(offset <= len);
    if (s.code == E_SYNTAX) assert(what != NULL);
    if (s.code != E_OK) return 0;
    assert(what == NULL);
    for (size_t i = 0; i < d.count; i++) {
        assert(d.nodes[i].end > i && d.nodes[i].end <= d.count);
        if (d.nodes[i].type < JSON_ARRAY) assert(d.nodes[i].end == i + 1);
    }
    assert(d.nodes[0].end == d.count);
    return 0;
}
