/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/gather/gather_config.h"

#include <string.h>
#include "base/bytes.h"
#include "ledger/store.h"
#include "base/banned.h"

/* A relative path goes through the store, which knows no "." and "..". */
static bool is_path(const struct yaml_node *value)
{
    if (value->type != YAML_TEXT || value->text.len == 0) return false;
    if (memchr(value->text.at, 0, value->text.len) != NULL) return false;
    if (value->text.at[0] == '/') return value->text.len < GATHER_PATH_BYTES_MAX;
    return value->text.len <= STORE_NAME_MAX && value->text.at[0] != '.';
}

status gather_config_read(const struct yaml_node *map, struct gather_config *ret_config,
                          const struct yaml_node **ret_at, struct fault *f)
{
    struct gather_config c = {};
    *ret_at = map;
    if (map->type != YAML_MAP) return fault_set(f, FAIL(E_VALUE), "witnesses: policy and ca");
    for (uint32_t i = 0; i < map->count; i++) {
        const struct yaml_member *m = &map->members[i];
        const bool is_policy = slice_is(m->key->text, "policy");
        const bool is_ca = slice_is(m->key->text, "ca");
        *ret_at = m->key;
        if (!is_policy && !is_ca) return fault_set(f, FAIL(E_VALUE), "unknown key");
        *ret_at = m->value;
        if (!is_path(m->value) || (is_ca && m->value->text.at[0] != '/')) {
            return fault_set(f, FAIL(E_VALUE),
                             is_ca ? "ca: the path of a PEM file, beginning with /"
                                   : "policy: the path of a file, in this folder or with /");
        }
        char *to = is_policy ? c.policy : c.ca;
        bytes_copy(to, GATHER_PATH_BYTES_MAX - 1, m->value->text);
    }
    *ret_at = map;
    if (c.policy[0] == '\0') return fault_set(f, FAIL(E_VALUE), "witnesses: policy is missing");
    *ret_config = c;
    return OK;
}
