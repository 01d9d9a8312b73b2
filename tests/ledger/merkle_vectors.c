/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public vectors of transparency-dev/merkle: proofs of inclusion and consistency in trees and
 * subtrees, good and broken, each with its verdict. One JSON file each.
 */
#include <dirent.h>
#include <stdio.h>
#include "base/base64.h"
#include "ledger/merkle.h"
#include "lib/json.h"
#include "tests/cm.h"

enum { PROOF_LINES_MAX = 200, FOLDER_DEPTH_MAX = 4 };

struct vector {
    const struct json_document *doc; /* borrowed */
    hash proof[PROOF_LINES_MAX];
    size_t count;
    bool malformed; /* a hash that is not 32 bytes */
};

static uint64_t number(const struct vector *v, const char *key)
{
    const struct json_node *n = json_member(v->doc, &v->doc->nodes[0], key);
    assert_non_null(n);
    return n->type == JSON_UINT ? n->number.u : (uint64_t)n->number.i;
}

static bool is_hash(slice base64, hash *ret_hash)
{
    size_t len = 0;
    const status s = base64_decode(base64, ret_hash->bytes, sizeof ret_hash->bytes, &len);
    return s.code == E_OK && len == sizeof ret_hash->bytes;
}

static slice named_text(const struct vector *v, const char *key)
{
    const struct json_node *n = json_member(v->doc, &v->doc->nodes[0], key);
    assert_non_null(n);
    return n->text;
}

static hash named_hash(struct vector *v, const char *key)
{
    hash h = {};
    if (!is_hash(named_text(v, key), &h)) v->malformed = true;
    return h;
}

/* Some consistency vectors have a text where a root belongs; here it is a root that no tree has. */
static hash named_root(const struct vector *v, const char *key)
{
    hash h = {};
    const slice text = named_text(v, key);
    return is_hash(text, &h) ? h : merkle_leaf(text);
}

static void take_proof(struct vector *v)
{
    const struct json_node *proof = json_member(v->doc, &v->doc->nodes[0], "proof");
    assert_non_null(proof);
    if (proof->type != JSON_ARRAY) return;
    const struct json_node *end = &v->doc->nodes[proof->end];
    for (const struct json_node *n = proof + 1; n < end; n = &v->doc->nodes[n->end]) {
        assert_true(v->count < PROOF_LINES_MAX);
        if (!is_hash(n->text, &v->proof[v->count++])) v->malformed = true;
    }
}

static status verdict_inclusion(struct vector *v)
{
    const hash leaf = named_hash(v, "leafHash");
    const hash root = named_hash(v, "root");
    return merkle_verify_inclusion(number(v, "leafIdx"), number(v, "treeSize"), leaf, v->proof,
                                   v->count, root);
}

static status verdict_consistency(struct vector *v)
{
    const hash roots[2] = { named_root(v, "root1"), named_root(v, "root2") };
    return merkle_verify_consistency(number(v, "size1"), number(v, "size2"), v->proof, v->count,
                                     roots);
}

static status verdict_subtree_inclusion(struct vector *v)
{
    const uint64_t index = number(v, "leafIdx");
    const struct merkle_range r = { number(v, "start"), number(v, "end") };
    const hash leaf = named_hash(v, "leafHash");
    const hash root = named_hash(v, "root");
    return merkle_verify_in_subtree(index, r, leaf, v->proof, v->count, root);
}

static status verdict_subtree_consistency(struct vector *v)
{
    const struct merkle_range r = { number(v, "start"), number(v, "end") };
    const hash roots[2] = { named_root(v, "root1"), named_root(v, "root2") };
    return merkle_verify_subtree(r, number(v, "size"), v->proof, v->count, roots);
}

struct family {
    const char *folder;
    status (*verdict)(struct vector *v);
    size_t files;
};

static const struct family families[] = {
    { "inclusion", verdict_inclusion, 98 },
    { "consistency", verdict_consistency, 98 },
    { "subtreeinclusion", verdict_subtree_inclusion, 204 },
    { "subtreeconsistency", verdict_subtree_consistency, 118 },
};

static void check_file(struct json_parser *parser, const struct family *family, const char *path)
{
    struct json_document doc = {};
    struct fault fault = {};
    struct vector v = { .doc = &doc };
    assert_ok(json_parse(parser, file_bytes(path), &doc, &fault));
    take_proof(&v);
    const status s = family->verdict(&v);
    const bool refused = v.malformed || s.code != E_OK;
    const struct json_node *want = json_member(&doc, &doc.nodes[0], "wantErr");
    if (refused != (want->type == JSON_TRUE)) fail_msg("%s: the wrong verdict", path);
}

static size_t check_folder(struct json_parser *parser, const struct family *family,
                           const char *folder, int depth)
{
    size_t files = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        char path[1200];
        if (e->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (e->d_type == DT_DIR && depth > 0) {
            files += check_folder(parser, family, path, depth - 1);
        } else if (strstr(e->d_name, ".json") != NULL) {
            check_file(parser, family, path);
            files++;
        }
    }
    closedir(dir);
    return files;
}

static void every_public_vector_gets_its_verdict(void **)
{
    struct json_parser *parser = json_parser_new();
    assert_non_null(parser);
    for (size_t i = 0; i < COUNT_OF(families); i++) {
        char path[256];
        char folder[1024];
        snprintf(path, sizeof path, "vectors/merkle/%s", families[i].folder);
        const char *full = shared_data(path);
        if (full == NULL) skip();
        snprintf(folder, sizeof folder, "%s", full);
        assert_int_equal(check_folder(parser, &families[i], folder, FOLDER_DEPTH_MAX),
                         families[i].files);
    }
    json_parser_free(parser);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_public_vector_gets_its_verdict) };
    return cmocka_run_group_tests_name("ledger/merkle_vectors", tests, NULL, NULL);
}
