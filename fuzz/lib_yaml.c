/* SPDX-License-Identifier: Apache-2.0 */
/* lib/yaml: reads, or refuses with a place inside the text; what it read obeys its own limits. */
#include "lib/yaml.h"

#include <assert.h>
#include "base/bytes.h"
#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Recursion is bounded by the limit under test. */
static size_t walk(const struct yaml_node *node, size_t depth)
{
    size_t count = 1;
    assert(depth <= YAML_DEPTH_MAX);
    assert(node->line >= 1 && node->column >= 1);
    for (uint32_t i = 0; i < node->count; i++) {
        const struct yaml_member *m = &node->members[i];
        assert((m->key != NULL) == (node->type == YAML_MAP));
        if (m->key != NULL) count++;
        count += walk(m->value, depth + 1);
    }
    assert(count == node->weight);
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct arena arena = arena_of((size_t)64 << 20);
    struct yaml_file file = {};
    struct fault fault = {};
    const slice text = { len == 0 ? (const uint8_t *)"" : data, len };
    const status s = yaml_read(text, &arena, &file, &fault);
    if (s.code != E_OK) assert(fault.text[0] != 0 && file.line >= 1);
    for (size_t i = 0; i < file.count; i++)
        assert(walk(file.documents[i], 0) <= YAML_NODES_MAX);
    arena_done(&arena);
    return 0;
}
