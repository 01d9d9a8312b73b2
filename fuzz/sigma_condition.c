/* SPDX-License-Identifier: Apache-2.0 */
/* judge/sigma/condition: a condition compiles within its limits or is refused with a diagnostic. */
#include "judge/sigma/condition.h"

#include <assert.h>
#include "base/bytes.h"
#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Recursion is bounded by the limit under test. */
static void walk(const struct rule_node *node, size_t depth)
{
    assert(depth < RULE_DEPTH_MAX);
    if (node->kind == NODE_SELECTION) assert(node->index < 4);
    for (uint32_t i = 0; i < node->count; i++)
        walk(&node->children[i], depth + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct ruleset *rs = ruleset_new();
    if (rs == NULL) return 0;
    const struct yaml_node at = { .type = YAML_TEXT,
                                  .line = 1,
                                  .column = 1,
                                  .text = { len == 0 ? (const uint8_t *)"" : data, len } };
    struct document d = {
        .rs = rs, .build = rs->build, .file = slice_none(), .root = &at, .reference = slice_none()
    };
    struct rule_selection selections[] = { { .name = slice_text("a") },
                                           { .name = slice_text("sel_b") },
                                           { .name = slice_text("sel-c") },
                                           { .name = slice_text("_d") } };
    const struct rule_node *root = condition_compile(&d, &at, selections, COUNT_OF(selections));
    assert(root != NULL || d.error_count != 0 || rs->build->fatal.code != E_OK);
    if (root != NULL) walk(root, 0);
    ruleset_free(rs);
    return 0;
}
