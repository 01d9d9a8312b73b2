/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/admin/rules_pack.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "lib/yaml.h"
#include "os/walk.h"
#include "serve/rule_pack.h"
#include "base/banned.h"

enum { LIST_BYTES_MAX = 64 * 1024 * 1024 };

struct packing {
    struct writer pack; /* owned */
    struct fault fault;
    size_t files;
};

static bool is_yaml(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot != NULL && (strcmp(dot, ".yml") == 0 || strcmp(dot, ".yaml") == 0);
}

static status pack_file(void *with, const struct walk_entry *entry)
{
    struct packing *p = with;
    uint8_t *bytes = NULL;
    size_t len = 0;
    if (entry->dir != NULL && !is_yaml(entry->name)) return OK;
    TRY(file_load(entry->dir, entry->name, YAML_BYTES_MAX, &bytes, &len, &p->fault));
    rule_pack_add(&p->pack, &(struct rule_pack_file){
                                RULE_PACK_RULE, slice_text(entry->path), { bytes, len } });
    free(bytes);
    p->files++;
    const status s = writer_end(&p->pack);
    return s.code == E_OK ? OK
                          : fault_set(&p->fault, s, "%.400s: the rules are too many", entry->path);
}

/* "NAME=FILE". */
static status pack_list(struct packing *p, const char *option)
{
    const char *equals = strchr(option, '=');
    uint8_t *bytes = NULL;
    size_t len = 0;
    if (equals == NULL) {
        return fault_set(&p->fault, FAIL(E_USAGE), "--list takes NAME=FILE, not %.200s", option);
    }
    TRY(file_load(NULL, equals + 1, LIST_BYTES_MAX, &bytes, &len, &p->fault));
    rule_pack_add(&p->pack,
                  &(struct rule_pack_file){ RULE_PACK_LIST,
                                            { (const uint8_t *)option, (size_t)(equals - option) },
                                            { bytes, len } });
    free(bytes);
    return writer_end(&p->pack);
}

static status pack_all(struct packing *p, const struct invocation *inv)
{
    const char *value = NULL;
    p->pack = writer_of(malloc(RULE_PACK_BYTES_MAX), RULE_PACK_BYTES_MAX);
    if (p->pack.at == NULL) return fault_set(&p->fault, FAIL(E_NOMEM), "out of memory");
    rule_pack_begin(&p->pack);
    for (size_t i = 0; (value = invocation_nth(inv, "--list", i)) != NULL; i++)
        TRY(pack_list(p, value));
    for (size_t i = 0; (value = invocation_nth(inv, "--rules", i)) != NULL; i++)
        TRY(walk_files(value, pack_file, p, &p->fault));
    if (p->files > 0) return OK;
    return fault_set(&p->fault, FAIL(E_USAGE), "no rule file: give rules with --rules PATH");
}

status rules_pack(const struct invocation *inv, struct writer *ret_pack, struct fault *f)
{
    struct packing p = {};
    const status s = pack_all(&p, inv);
    if (s.code == E_OK) {
        *ret_pack = p.pack;
        return OK;
    }
    free(p.pack.at);
    *f = p.fault;
    return s;
}
