/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyscan DIR WORD…: everything that the keys in a copy of a node's folder can open, searched for
 * words. It trusts no pointer and no selector: wrapped keys are tried wherever they may lie in the
 * key files, free slots included, and whatever looks like a block anywhere in log/ is tried with
 * every key of its number; every snapshot of the judge's state with every key of one. All files are
 * searched as they are, too. Prints how often each word was found, and how often in snapshots.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/base64.h"
#include "base/bytes.h"
#include "ledger/block.h"
#include "ledger/group.h"
#include "lib/crypto.h"
#include "base/banned.h"

enum {
    FILES_MAX = 256,
    KEYS_MAX = 64,
    GENERATIONS = 8,
    KEY_BYTES = 32,
    WORDS_MAX = 16,
    ROOT_TITLE_BYTES = sizeof "candor root key v1\n" - 1,
    ROOT_BASE64_BYTES = 44,
    SNAPSHOT_HEAD_BYTES = sizeof "candor snapshot v1\n" - 1 + 8 + 32 + 32 + 8,
};

struct scan_file {
    char name[256];
    uint8_t *bytes;
    size_t len;
};

static struct scan_file files[FILES_MAX];
static size_t file_count;
static uint8_t group_keys[KEYS_MAX][KEY_BYTES];
static uint64_t group_numbers[KEYS_MAX];
static size_t key_count;
static const char *words[WORDS_MAX];
static uint64_t found[WORDS_MAX];
static size_t word_count;
static uint64_t in_snapshots[WORDS_MAX];
static uint64_t opened, snapshots;
static struct crypto *crypto;
static struct block_codec *codec;
static uint8_t plain_room[BLOCK_PLAIN_BYTES_MAX];

static int load(const char *path, const struct stat *info, int type, struct FTW *)
{
    if (type != FTW_F || file_count == FILES_MAX) return 0;
    struct scan_file *f = &files[file_count];
    FILE *in = fopen(path, "rb");
    if (in == NULL) return 0; /* a socket */
    snprintf(f->name, sizeof f->name, "%s", path);
    f->bytes = malloc((size_t)info->st_size + 1);
    if (f->bytes == NULL) exit(3);
    f->len = fread(f->bytes, 1, (size_t)info->st_size, in);
    fclose(in);
    file_count++;
    return 0;
}

static void search(slice text)
{
    for (size_t w = 0; w < word_count; w++) {
        if (memmem(text.at, text.len, words[w], strlen(words[w])) != NULL) found[w]++;
    }
}

static bool ends(const struct scan_file *f, const char *suffix)
{
    const size_t len = strlen(f->name);
    const size_t end = strlen(suffix);
    return len >= end && strcmp(f->name + len - end, suffix) == 0;
}

/* The number that the file's name begins with. */
static uint64_t number_of(const struct scan_file *f)
{
    return strtoull(strrchr(f->name, '/') + 1, NULL, 10);
}

static bool unwrap(const uint8_t *by, const char *label, uint64_t a, uint64_t b, const uint8_t *at,
                   uint8_t ret_key[KEY_BYTES])
{
    uint8_t aad[64];
    struct writer w = writer_of(aad, sizeof aad);
    writer_text(&w, label);
    writer_u64(&w, a);
    writer_u64(&w, b);
    const struct crypto_box box = { .key = by, .nonce = at, .aad = writer_slice(&w) };
    const slice sealed = { at + CRYPTO_NONCE_BYTES, KEY_BYTES + CRYPTO_TAG_BYTES };
    return crypto_open(crypto, &box, sealed, ret_key).code == E_OK;
}

/* Every group key that the root key opens, at any offset of any file of groups. */
static void find_group_keys(const uint8_t *root)
{
    static const uint8_t zeros[GROUP_WRAPPED_BYTES];
    for (size_t i = 0; i < file_count; i++) {
        const struct scan_file *f = &files[i];
        if (strstr(f->name, ".group") == NULL) continue;
        for (size_t at = 0; at + GROUP_WRAPPED_BYTES <= f->len; at++) {
            if (bytes_equal(f->bytes + at, zeros, GROUP_WRAPPED_BYTES)) continue;
            for (uint64_t generation = 0; generation < GENERATIONS; generation++) {
                uint8_t key[KEY_BYTES];
                const uint64_t group = number_of(f);
                if (key_count == KEYS_MAX) return;
                if (!unwrap(root, "candor group key", group, generation, f->bytes + at, key)) {
                    continue;
                }
                group_numbers[key_count] = group;
                bytes_copy(group_keys[key_count++], KEY_BYTES, (slice){ key, KEY_BYTES });
            }
        }
    }
}

static void try_open(const uint8_t *wrapped, const struct block_head *head, slice sealed)
{
    for (size_t k = 0; k < key_count; k++) {
        uint8_t key[KEY_BYTES];
        const uint64_t group = head->number / GROUP_BLOCKS;
        if (group_numbers[k] != group) continue;
        if (!unwrap(group_keys[k], "candor block key", group, head->number, wrapped, key)) continue;
        struct writer plain = writer_of(plain_room, sizeof plain_room);
        if (block_open(codec, key, head, sealed, &plain).code != E_OK) continue;
        opened++;
        search(writer_slice(&plain));
    }
}

/* The block with its own key, and with every key that stands for it in any slot. */
static void try_block(const struct block_head *head, slice sealed)
{
    static const size_t slots[] = { GROUP_SLOT_0_AT, GROUP_SLOT_1_AT };
    try_open(head->wrapped_key, head, sealed);
    for (size_t i = 0; i < file_count; i++) {
        const struct scan_file *f = &files[i];
        if (strstr(f->name, ".group") == NULL) continue;
        if (number_of(f) != head->number / GROUP_BLOCKS) continue;
        for (size_t s = 0; s < COUNT_OF(slots); s++) {
            const size_t at = slots[s] + GROUP_SLOT_FIXED_BYTES - 32 +
                              (size_t)(head->number % GROUP_BLOCKS) * GROUP_WRAPPED_BYTES;
            if (at + GROUP_WRAPPED_BYTES <= f->len) try_open(f->bytes + at, head, sealed);
        }
    }
}

/* Whatever looks like a block at any offset of a file. */
static void try_file(const struct scan_file *f)
{
    for (size_t at = 0; at + BLOCK_HEAD_BYTES <= f->len; at++) {
        struct block_head head = {};
        const slice rest = { f->bytes + at, f->len - at };
        if (block_head_parse(rest, &head).code != E_OK) continue;
        if (head.sealed_bytes > rest.len - BLOCK_HEAD_BYTES || head.sealed_bytes == 0) continue;
        try_block(&head, (slice){ rest.at + BLOCK_HEAD_BYTES, head.sealed_bytes });
    }
}

/* A snapshot, whole or not, with what may be its key. */
static void try_snapshot(const struct scan_file *f, const struct scan_file *key)
{
    const size_t around = SNAPSHOT_HEAD_BYTES + CRYPTO_NONCE_BYTES + CRYPTO_TAG_BYTES;
    if (f->len < around || key->len != KEY_BYTES) return;
    const struct crypto_box box = { .key = key->bytes,
                                    .nonce = f->bytes + SNAPSHOT_HEAD_BYTES,
                                    .aad = { f->bytes, SNAPSHOT_HEAD_BYTES } };
    const slice sealed =
        slice_from((slice){ f->bytes, f->len }, SNAPSHOT_HEAD_BYTES + CRYPTO_NONCE_BYTES);
    uint8_t *plain = malloc(sealed.len);
    if (plain == NULL) exit(3);
    if (crypto_open(crypto, &box, sealed, plain).code == E_OK) {
        const slice text = { plain, f->len - around };
        snapshots++;
        search(text);
        for (size_t w = 0; w < word_count; w++)
            in_snapshots[w] += memmem(text.at, text.len, words[w], strlen(words[w])) != NULL;
    }
    free(plain);
}

static void try_snapshots(void)
{
    for (size_t i = 0; i < file_count; i++) {
        if (strstr(files[i].name, "/view/") == NULL) continue;
        if (strstr(files[i].name, ".snapshot") == NULL) continue;
        for (size_t k = 0; k < file_count; k++) {
            const bool is_key = strstr(files[k].name, "/keys/") != NULL &&
                                strstr(files[k].name, ".snapshot") != NULL;
            if (is_key) try_snapshot(&files[i], &files[k]);
        }
    }
}

static void print_counts(const char *name, const uint64_t *counts)
{
    printf(",\"%s\":[", name);
    for (size_t w = 0; w < word_count; w++)
        printf("%s%llu", w == 0 ? "" : ",", (unsigned long long)counts[w]);
    printf("]");
}

static bool root_load(const char *dir, uint8_t ret_root[KEY_BYTES])
{
    char path[512];
    size_t len = 0;
    snprintf(path, sizeof path, "%s/keys/root", dir);
    for (size_t i = 0; i < file_count; i++) {
        const struct scan_file *f = &files[i];
        if (strcmp(f->name, path) != 0 || f->len < ROOT_TITLE_BYTES + ROOT_BASE64_BYTES) continue;
        const slice text = { f->bytes + ROOT_TITLE_BYTES, ROOT_BASE64_BYTES };
        return base64_decode(text, ret_root, KEY_BYTES, &len).code == E_OK && len == KEY_BYTES;
    }
    return false;
}

int main(int argc, char **argv)
{
    uint8_t root[KEY_BYTES];
    if (argc < 3 || argc - 2 > WORDS_MAX) return 2;
    for (int i = 2; i < argc; i++)
        words[word_count++] = argv[i];
    crypto = crypto_new();
    codec = block_codec_new(0, true);
    if (crypto == NULL || codec == NULL) return 3;
    if (nftw(argv[1], load, 16, FTW_PHYS) != 0 || !root_load(argv[1], root)) return 3;
    find_group_keys(root);
    for (size_t i = 0; i < file_count; i++) {
        search((slice){ files[i].bytes, files[i].len });
        if (ends(&files[i], ".seg") || ends(&files[i], ".blk")) try_file(&files[i]);
    }
    try_snapshots();
    printf("{\"group_keys\":%zu,\"opened\":%llu,\"snapshots\":%llu", key_count,
           (unsigned long long)opened, (unsigned long long)snapshots);
    print_counts("found", found);
    print_counts("in_snapshots", in_snapshots);
    printf("}\n");
    for (size_t i = 0; i < file_count; i++)
        free(files[i].bytes);
    block_codec_free(codec);
    crypto_free(crypto);
    return 0;
}
