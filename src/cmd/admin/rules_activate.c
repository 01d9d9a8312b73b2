/* SPDX-License-Identifier: Apache-2.0 */
/*
 * candor rules activate: packs rule files, proves that they compile, puts the pack into the node's
 * directory and asks for it to be made active.
 */
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "cmd/admin/admin_commands.h"
#include "cmd/admin/ask.h"
#include "cmd/node/node.h"
#include "lib/yaml.h"
#include "ledger/store_file.h"
#include "os/walk.h"
#include "serve/judging.h"
#include "base/banned.h"

enum { EXIT_USAGE = 2, LIST_BYTES_MAX = 64 * 1024 * 1024 };

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

static status check(struct packing *p, bool allow_refused)
{
    static const struct siphash_key key;
    struct judging *j = NULL;
    const status s = judging_new(writer_slice(&p->pack), &key, allow_refused, &j, &p->fault);
    judging_free(j);
    return s;
}

/* Puts the pack into the node's directory; one that is there already is the same. */
static status store_pack(struct packing *p, const char *dir, const hash *bundle)
{
    char path[128];
    struct node node = {};
    TRY(node_open_store(dir, &node, &p->fault));
    rule_pack_path(bundle, path, sizeof path);
    status s = node.store.ops->make_dir(node.store.self, RULE_PACK_FOLDER, &p->fault);
    if (s.code == E_OK) {
        s = store_file_replace(&node.store, path, writer_slice(&p->pack), &p->fault);
    }
    node_close(&node);
    return s;
}

static int ask_activation(const struct invocation *inv, const hash *bundle)
{
    uint8_t room[DUTY_ANSWER_BYTES_MAX];
    uint8_t digits[2 * SHA256_BYTES];
    struct writer answer = writer_of(room, sizeof room);
    struct writer hex = writer_of(digits, sizeof digits);
    struct ask a;
    writer_hex(&hex, (slice){ bundle->bytes, sizeof bundle->bytes });
    ask_begin(&a, "rules activate");
    json_member_string(&a.j, "bundle", writer_slice(&hex));
    const int failed = ask_end(&a, inv->arguments[0], "rules activate", &answer);
    if (failed == 0) printf("%.*s", (int)answer.len, (const char *)answer.at);
    return failed;
}

int run_rules_activate(const struct invocation *inv)
{
    struct packing p = {};
    hash bundle = {};
    status s = pack_all(&p, inv);
    if (s.code == E_OK) s = check(&p, invocation_has(inv, "--allow-refused"));
    if (s.code == E_OK) {
        bundle = sha256(writer_slice(&p.pack));
        s = store_pack(&p, inv->arguments[0], &bundle);
    }
    free(p.pack.at);
    if (s.code != E_OK) {
        const int exit_status = s.code == E_NOT_FOUND ? EXIT_USAGE : status_exit(s);
        return command_fail(exit_status, "rules activate: %s",
                            p.fault.text[0] != '\0' ? p.fault.text : status_text(s));
    }
    return ask_activation(inv, &bundle);
}
