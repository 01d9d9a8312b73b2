/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/detect/rules_cache.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "cmd/detect/rules_load.h"
#include "cmd/detect/rules_manifest.h"
#include "judge/sigma/save/save.h"
#include "lib/scan.h"
#include "lib/yaml.h"
#include "os/clock.h"
#include "base/banned.h"

enum {
    RULE_BYTES_LEAST = 64 * 1024, /* what is less is compiled as quickly */
    IDENTITY_BYTES_MAX = 256,
};

/* A part of the key, so that no two lists of parts are the same bytes. */
static void key_part(struct sha256 *sha, slice part)
{
    uint8_t len[8];
    put_u64(len, part.len);
    sha256_update(sha, (slice){ len, sizeof len });
    sha256_update(sha, part);
}

static void key_file(struct sha256 *sha, const struct file_identity *identity, bool is_program)
{
    uint8_t numbers[5 * 8] = {};
    put_u64(numbers, identity->device);
    put_u64(numbers + 8, identity->inode);
    if (is_program) { /* it is another one when it was built or installed anew */
        put_u64(numbers + 16, identity->size);
        put_u64(numbers + 24, (uint64_t)identity->mtime_ns);
        put_u64(numbers + 32, (uint64_t)identity->ctime_ns);
    }
    key_part(sha, (slice){ numbers, sizeof numbers });
}

static status key_of(const struct rules_input *input, hash *ret_key, struct fault *f)
{
    struct sha256 sha;
    struct file_identity identity = {};
    uint8_t room[IDENTITY_BYTES_MAX];
    struct writer w = writer_of(room, sizeof room);
    sha256_init(&sha);
    writer_text(&w, "candor " CANDOR_VERSION " ");
    writer_u32(&w, SAVE_VERSION);
    scan_identity(&w);
    TRY(writer_end(&w));
    key_part(&sha, writer_slice(&w));
    TRY(file_look(NULL, "/proc/self/exe", &identity, f));
    key_file(&sha, &identity, true);
    for (size_t i = 0; i < input->list_count; i++) {
        key_part(&sha, slice_text("list"));
        key_part(&sha, slice_text(input->lists[i].option));
        key_part(&sha, (slice){ input->lists[i].bytes, input->lists[i].len });
    }
    for (size_t i = 0; i < input->path_count; i++) {
        TRY(file_look(NULL, input->paths[i], &identity, f));
        if (!identity.is_regular && !identity.is_folder)
            return fault_set(f, FAIL(E_UNSUPPORTED), "%.300s is no file", input->paths[i]);
        key_part(&sha, slice_text("path"));
        key_part(&sha, slice_text(input->paths[i]));
        key_file(&sha, &identity, false);
    }
    sha256_final(&sha, ret_key);
    return OK;
}

void rules_cache_open(struct rules_cache *c, const char *folder, const struct rules_input *input,
                      struct fault *f)
{
    *c = (struct rules_cache){ .folder = { .fd = -1 }, .is_asked = folder != NULL };
    c->read_at_ns = clock_real_ns();
    if (key_of(input, &c->key, f).code != E_OK) return;
    if (rules_folder_open(folder, &c->folder, f).code != E_OK) c->folder.fd = -1;
    struct writer w = writer_of(c->name, sizeof c->name - 1);
    writer_text(&w, "rules-");
    writer_hex(&w, (slice){ c->key.bytes, sizeof c->key.bytes });
}

void rules_cache_close(struct rules_cache *c)
{
    file_close(&c->folder);
    free(c->out.at);
    c->out = (struct writer){};
}

/* A cache that is held against the files of now. */
struct checking {
    struct rules_manifest manifest;
    uint8_t *bytes;
    bool is_renewed;
};

static status content_check(const struct rules_manifest_file *file, const struct walk_entry *entry)
{
    struct fault f = {};
    uint8_t *bytes = NULL;
    size_t len = 0;
    TRY(file_load(entry->dir, entry->name, YAML_BYTES_MAX, &bytes, &len, &f));
    const hash content = sha256((slice){ bytes, len });
    free(bytes);
    return bytes_equal(&content, &file->content, sizeof content) ? OK : FAIL(E_REFUSED);
}

static status check_file(void *with, const struct walk_entry *entry)
{
    struct checking *k = with;
    struct rules_manifest_file file = {};
    if (!rules_is_wanted(entry)) return OK;
    TRY(rules_manifest_next(&k->manifest, &file));
    if (!slice_is(file.path, entry->path)) return FAIL(E_REFUSED);
    if (rules_manifest_is_same(&k->manifest, &file, &entry->identity)) return OK;
    TRY(content_check(&file, entry));
    rules_manifest_renew(k->bytes, &k->manifest, &file, &entry->identity);
    k->is_renewed = true;
    return OK;
}

static status files_check(struct checking *k, const struct rules_input *input)
{
    struct fault f = {};
    struct rules_manifest_file left = {};
    for (size_t i = 0; i < input->path_count; i++)
        TRY(walk_files(input->paths[i], check_file, k, &f));
    return rules_manifest_next(&k->manifest, &left).code == E_NOT_FOUND ? OK : FAIL(E_REFUSED);
}

/* The bytes without their checksum. E_INVALID. */
static status checksum_check(slice bytes, slice *ret_inner)
{
    if (bytes.len < SHA256_BYTES) return FAIL(E_SHORT);
    const slice inner = { bytes.at, bytes.len - SHA256_BYTES };
    const hash sum = sha256(inner);
    if (!bytes_equal(sum.bytes, bytes.at + inner.len, SHA256_BYTES)) return FAIL(E_INVALID);
    *ret_inner = inner;
    return OK;
}

static status take(const struct rules_cache *c, const struct rules_input *input, uint8_t *bytes,
                   size_t len, struct ruleset **ret_rules)
{
    struct checking k = { .bytes = bytes };
    struct fault f = {};
    slice inner = {};
    TRY(checksum_check((slice){ bytes, len }, &inner));
    TRY(rules_manifest_open(inner, &k.manifest));
    const uint32_t file_count = k.manifest.file_count;
    if (!bytes_equal(&k.manifest.key, &c->key, sizeof c->key)) return FAIL(E_REFUSED);
    TRY(files_check(&k, input));
    TRY(ruleset_restore(slice_from(inner, k.manifest.files.pos), ret_rules));
    if (!k.is_renewed) return OK;
    rules_manifest_settle(bytes, c->read_at_ns, file_count);
    const hash sum = sha256(inner);
    bytes_copy(bytes + inner.len, SHA256_BYTES, (slice){ sum.bytes, sizeof sum.bytes });
    ignore(rules_folder_write(&c->folder, c->name, (slice){ bytes, len }, &f),
           "the old one still serves");
    return OK;
}

bool rules_cache_take(const struct rules_cache *c, const struct rules_input *input,
                      struct ruleset **ret_rules)
{
    struct fault f = {};
    uint8_t *bytes = NULL;
    size_t len = 0;
    struct ruleset *rs = NULL;
    if (c->folder.fd < 0) return false;
    if (rules_folder_read(&c->folder, c->name, &bytes, &len, &f).code != E_OK) return false;
    if (take(c, input, bytes, len, &rs).code != E_OK) {
        free(bytes);
        return false;
    }
    ruleset_keep(rs, bytes);
    *ret_rules = rs;
    return true;
}

void rules_cache_begin(struct rules_cache *c)
{
    if (c->folder.fd < 0) return;
    /* pages that are not written cost nothing */
    c->out = writer_of(malloc(RULES_FOLDER_FILE_BYTES_MAX), RULES_FOLDER_FILE_BYTES_MAX);
    if (c->out.at == NULL) return;
    const struct rules_manifest manifest = { .key = c->key, .read_at_ns = c->read_at_ns };
    rules_manifest_begin(&c->out, &manifest);
}

void rules_cache_file(struct rules_cache *c, const struct walk_entry *entry, slice content)
{
    if (c->out.at == NULL) return;
    const struct rules_manifest_file file = { .identity = entry->identity,
                                              .content = sha256(content),
                                              .path = slice_text(entry->path) };
    if (c->file_count == MANIFEST_FILES_MAX) {
        rules_cache_give_up(c);
        return;
    }
    rules_manifest_add(&c->out, &file);
    c->file_count++;
    c->rule_bytes += content.len;
}

void rules_cache_give_up(struct rules_cache *c)
{
    free(c->out.at);
    c->out = (struct writer){};
}

void rules_cache_put(struct rules_cache *c, const struct ruleset *rs)
{
    struct fault f = {};
    if (c->out.at == NULL || (!c->is_asked && c->rule_bytes < RULE_BYTES_LEAST)) return;
    if (ruleset_save(rs, &c->out).code != E_OK) return;
    rules_manifest_settle(c->out.at, c->read_at_ns, c->file_count);
    const hash sum = sha256(writer_slice(&c->out));
    writer_bytes(&c->out, (slice){ sum.bytes, sizeof sum.bytes });
    if (writer_end(&c->out).code != E_OK) return;
    ignore(rules_folder_write(&c->folder, c->name, writer_slice(&c->out), &f),
           "then it is not kept");
}
