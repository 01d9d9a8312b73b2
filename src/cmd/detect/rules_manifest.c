/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/detect/rules_manifest.h"

#include "base/bytes.h"
#include "base/banned.h"

/* The coarsest clocks of file systems count two seconds. */
enum { RACY_NS = 2'000'000'000 };

static const char first_line[] = "candor rules cache 1\n";

enum {
    READ_AT = sizeof first_line - 1 + MANIFEST_KEY_BYTES,
    FILE_COUNT = READ_AT + 8,
    PATH_LEN_BYTES = 2,
};

static void identity_write(struct writer *w, const struct file_identity *identity)
{
    writer_u64(w, identity->device);
    writer_u64(w, identity->inode);
    writer_u64(w, identity->size);
    writer_u64(w, (uint64_t)identity->mtime_ns);
    writer_u64(w, (uint64_t)identity->ctime_ns);
}

static status identity_read(struct cursor *c, struct file_identity *ret_identity)
{
    struct file_identity identity = {};
    uint64_t modified = 0;
    uint64_t changed = 0;
    TRY(cursor_u64(c, &identity.device));
    TRY(cursor_u64(c, &identity.inode));
    TRY(cursor_u64(c, &identity.size));
    TRY(cursor_u64(c, &modified));
    TRY(cursor_u64(c, &changed));
    identity.mtime_ns = (int64_t)modified;
    identity.ctime_ns = (int64_t)changed;
    *ret_identity = identity;
    return OK;
}

void rules_manifest_begin(struct writer *w, const struct rules_manifest *manifest)
{
    writer_text(w, first_line);
    writer_bytes(w, (slice){ manifest->key.bytes, sizeof manifest->key.bytes });
    writer_u64(w, (uint64_t)manifest->read_at_ns);
    writer_u32(w, manifest->file_count);
}

void rules_manifest_add(struct writer *w, const struct rules_manifest_file *file)
{
    identity_write(w, &file->identity);
    writer_bytes(w, (slice){ file->content.bytes, sizeof file->content.bytes });
    writer_vec16(w, file->path);
}

status rules_manifest_open(slice bytes, struct rules_manifest *ret_manifest)
{
    struct rules_manifest m = { .files = cursor_of(bytes) };
    slice line = {};
    uint64_t read_at = 0;
    TRY(cursor_bytes(&m.files, sizeof first_line - 1, &line));
    if (!slice_is(line, first_line)) return FAIL(E_SYNTAX);
    TRY(cursor_copy(&m.files, sizeof m.key.bytes, m.key.bytes));
    TRY(cursor_u64(&m.files, &read_at));
    TRY(cursor_u32(&m.files, &m.file_count));
    if (m.file_count > MANIFEST_FILES_MAX) return FAIL(E_LIMIT);
    m.read_at_ns = (int64_t)read_at;
    *ret_manifest = m;
    return OK;
}

status rules_manifest_next(struct rules_manifest *manifest, struct rules_manifest_file *ret_file)
{
    struct rules_manifest_file file = {};
    struct cursor c = manifest->files;
    if (manifest->file_count == 0) return FAIL(E_NOT_FOUND);
    TRY(identity_read(&c, &file.identity));
    TRY(cursor_copy(&c, sizeof file.content.bytes, file.content.bytes));
    TRY(cursor_vec16(&c, UINT16_MAX, &file.path));
    manifest->files = c;
    manifest->file_count--;
    *ret_file = file;
    return OK;
}

bool rules_manifest_is_same(const struct rules_manifest *manifest,
                            const struct rules_manifest_file *file, const struct file_identity *now)
{
    const struct file_identity *then = &file->identity;
    const int64_t changed_ns = now->mtime_ns > now->ctime_ns ? now->mtime_ns : now->ctime_ns;
    return then->device == now->device && then->inode == now->inode && then->size == now->size &&
           then->mtime_ns == now->mtime_ns && then->ctime_ns == now->ctime_ns &&
           manifest->read_at_ns > RACY_NS && changed_ns < manifest->read_at_ns - RACY_NS;
}

void rules_manifest_renew(uint8_t *bytes, const struct rules_manifest *manifest,
                          const struct rules_manifest_file *file, const struct file_identity *now)
{
    const size_t entry = MANIFEST_IDENTITY_BYTES + SHA256_BYTES + PATH_LEN_BYTES + file->path.len;
    assert(manifest->files.pos >= entry);
    struct writer w = writer_of(bytes + manifest->files.pos - entry, MANIFEST_IDENTITY_BYTES);
    identity_write(&w, now);
}

void rules_manifest_settle(uint8_t *bytes, int64_t read_at_ns, uint32_t file_count)
{
    put_u64(bytes + READ_AT, (uint64_t)read_at_ns);
    put_u32(bytes + FILE_COUNT, file_count);
}
