/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/sha256.h"
#include "base/writer.h"
#include "cmd/detect/rules_folder.h"
#include "judge/sigma/ruleset.h"
#include "os/walk.h"

/*
 * rules_cache: a loaded rule set kept in a file, for the next time that the same files are loaded.
 *
 * The key of the file is over everything but the rules: the paths as given and which folders they
 * are, the value lists, this program and the processor. In the file stand the identity and the hash
 * of every rule file (rules_manifest.h). A file that looks as it did is taken to be the same; of
 * any other the hash decides. Whatever is wrong with a cache, the rules are compiled.
 */
struct rules_list {
    const char *option; /* NAME=FILE or FILE, borrowed */
    uint8_t *bytes;     /* owned */
    size_t len;
};

/* What a rule set is loaded from. */
struct rules_input {
    const char *const *paths; /* borrowed */
    size_t path_count;
    struct rules_list *lists; /* owned */
    size_t list_count;
};

struct rules_cache {
    struct file folder; /* fd -1: no cache */
    bool is_asked;      /* a folder was named: small sets are kept too */
    hash key;
    char name[RULES_FOLDER_NAME_BYTES];
    int64_t read_at_ns;
    /* While rules are compiled: */
    struct writer out; /* owned memory; what the file will be. at NULL: nothing is kept */
    uint32_t file_count;
    uint64_t rule_bytes;
};

/* Opens the cache for these rules. folder: the one that was asked for, or NULL. Where that fails,
 * or a path is neither a file nor a folder, there is none; the fault says why. */
void rules_cache_open(struct rules_cache *c, const char *folder, const struct rules_input *input,
                      struct fault *f);
void rules_cache_close(struct rules_cache *c);
/* Whether there is a set of these rules; then *ret_rules is the caller's to free. */
bool rules_cache_take(const struct rules_cache *c, const struct rules_input *input,
                      struct ruleset **ret_rules);

/* Begins to note down what is compiled. */
void rules_cache_begin(struct rules_cache *c);
/* A file was loaded. */
void rules_cache_file(struct rules_cache *c, const struct walk_entry *entry, slice content);
/* Nothing will be kept: a file could not be read. */
void rules_cache_give_up(struct rules_cache *c);
/* Keeps the finished set. Failure means that it is not kept. */
void rules_cache_put(struct rules_cache *c, const struct ruleset *rs);
