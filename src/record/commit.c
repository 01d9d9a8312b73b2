/* SPDX-License-Identifier: Apache-2.0 */
#include "record/commit.h"

#include "base/bytes.h"
#include "base/copy.h"
#include "base/banned.h"

/*
 * The hot path of the log. A record of 8 short fields costs 4 pairs of salts and 8 commitments of
 * one block each and a root of five blocks. A single SHA-256 leaves most of the processor idle, so
 * commit_many collects the fields of several records (a group) and hands sha256_many three lists of
 * independent messages: all salts, all commitments, all roots.
 */
enum {
    LABEL_FIELD = 0x10,
    LABEL_ROOT = 0x11,
    LABEL_NODE = 0x12,
    LABEL_BODY = 0x13,
    LABEL_RECORD_KEY = 0x20,
    LABEL_BLOCK_KEY = 0x21,
    LABEL_SALT = 0x22,
    SALT_INPUT_BYTES = 1 + RECORD_KEY_BYTES + 2,
    RECORD_KEY_INPUT_BYTES = 1 + BLOCK_KEY_BYTES + 8,
    KEYS_AT_ONCE = 16,
    FIELD_PREFIX_BYTES = 1 + 2 + 1 + SALT_BYTES,
    ROOT_PREFIX_BYTES = 1 + 1 + 2 + 1,
    PADDING_BYTES_MIN = 9, /* FIPS 180-4 section 5.1.1: a bit, and the length */
    PADDING_BYTES_MAX = PADDING_BYTES_MIN + SHA256_BLOCK_BYTES - 1,
    SHORT_VALUE_MAX = SHA256_BLOCK_BYTES - FIELD_PREFIX_BYTES - PADDING_BYTES_MIN,
    GROUP_FIELDS_MAX = 128, /* fields that one group holds: it stays in the L1 cache */
    GROUP_RECORDS_MAX = 16,
    ROOT_BLOCKS_MAX = (ROOT_PREFIX_BYTES + COMMIT_FLAT_MAX * SHA256_BYTES + PADDING_BYTES_MIN +
                       SHA256_BLOCK_BYTES - 1) /
                      SHA256_BLOCK_BYTES,
};

/* What one group is computed in. Records with more than COMMIT_FLAT_MAX fields keep their
 * commitments in levels and have only the top of their tree in the message of the root. */
struct group {
    size_t record_count;
    size_t field_count; /* each record's rounded up to whole pairs */
    const struct commit_job *records[GROUP_RECORDS_MAX];
    uint8_t blocks[GROUP_FIELDS_MAX][SHA256_BLOCK_BYTES]; /* salts' messages, then the fields' */
    uint8_t salts[GROUP_FIELDS_MAX][SALT_BYTES];
    uint8_t roots[GROUP_RECORDS_MAX][ROOT_BLOCKS_MAX * SHA256_BLOCK_BYTES + PADDING_BYTES_MAX];
    hash levels[GROUP_FIELDS_MAX];
    const uint8_t *messages[GROUP_FIELDS_MAX];
    uint8_t *rets[GROUP_FIELDS_MAX];
    struct sha256_job long_values[GROUP_FIELDS_MAX];
};

/* Pads a message of len bytes at the front of room, which has PADDING_BYTES_MAX more; returns the
 * number of blocks. */
static size_t pad(uint8_t *room, size_t len)
{
    const size_t blocks = (len + PADDING_BYTES_MIN + SHA256_BLOCK_BYTES - 1) / SHA256_BLOCK_BYTES;
    __builtin_memset(room + len, 0, PADDING_BYTES_MAX); /* a known size needs no loop */
    room[len] = 0x80;
    put_u32(room + blocks * SHA256_BLOCK_BYTES - 4, (uint32_t)len * 8);
    return blocks;
}

/* The message whose hash is the salts of a pair of fields, 2 * pair + 1 and the next. */
static slice salt_input(uint8_t room[SALT_INPUT_BYTES], const uint8_t *record_key, size_t pair)
{
    room[0] = LABEL_SALT;
    bytes_copy(room + 1, RECORD_KEY_BYTES, (slice){ record_key, RECORD_KEY_BYTES });
    put_u16(room + 1 + RECORD_KEY_BYTES, (uint16_t)pair);
    return (slice){ room, SALT_INPUT_BYTES };
}

static slice field_prefix(uint8_t room[FIELD_PREFIX_BYTES], uint16_t field_id, uint8_t type,
                          const uint8_t *salt)
{
    room[0] = LABEL_FIELD;
    put_u16(room + 1, field_id);
    room[3] = type;
    bytes_copy(room + 4, SALT_BYTES, (slice){ salt, SALT_BYTES });
    return (slice){ room, FIELD_PREFIX_BYTES };
}

static slice root_prefix(uint8_t room[ROOT_PREFIX_BYTES], uint8_t kind, uint16_t schema, size_t n)
{
    room[0] = LABEL_ROOT;
    room[1] = kind;
    put_u16(room + 2, schema);
    room[4] = (uint8_t)n;
    return (slice){ room, ROOT_PREFIX_BYTES };
}

static hash prefixed(slice prefix, slice message)
{
    struct sha256 s;
    hash h;
    sha256_init(&s);
    sha256_update(&s, prefix);
    sha256_update(&s, message);
    sha256_final(&s, &h);
    return h;
}

void commit_block_key(const uint8_t block_key[BLOCK_KEY_BYTES], uint8_t ret_key[32])
{
    const uint8_t label = LABEL_BLOCK_KEY;
    hash h = prefixed((slice){ &label, 1 }, (slice){ block_key, BLOCK_KEY_BYTES });
    bytes_copy(ret_key, 32, (slice){ h.bytes, sizeof h.bytes });
    bytes_wipe(&h, sizeof h);
}

void commit_record_key(const uint8_t block_key[BLOCK_KEY_BYTES], uint64_t index,
                       uint8_t ret_key[RECORD_KEY_BYTES])
{
    commit_record_keys(block_key, index, 1, (uint8_t(*)[RECORD_KEY_BYTES])(void *)ret_key);
}

/* Messages of record keys: RECORD_KEY_INPUT_BYTES and their padding, one block each. */
static void record_key_block(uint8_t block[SHA256_BLOCK_BYTES], const uint8_t *block_key,
                             uint64_t index)
{
    __builtin_memset(block, 0, SHA256_BLOCK_BYTES);
    block[0] = LABEL_RECORD_KEY;
    bytes_copy(block + 1, BLOCK_KEY_BYTES, (slice){ block_key, BLOCK_KEY_BYTES });
    put_u64(block + 1 + BLOCK_KEY_BYTES, index);
    block[RECORD_KEY_INPUT_BYTES] = 0x80;
    put_u16(block + SHA256_BLOCK_BYTES - 2, RECORD_KEY_INPUT_BYTES * 8);
}

void commit_record_keys(const uint8_t block_key[BLOCK_KEY_BYTES], uint64_t first_index,
                        size_t count, uint8_t (*ret_keys)[RECORD_KEY_BYTES])
{
    uint8_t blocks[KEYS_AT_ONCE][SHA256_BLOCK_BYTES];
    const uint8_t *messages[KEYS_AT_ONCE];
    uint8_t *rets[KEYS_AT_ONCE];
    for (size_t done = 0; done < count;) {
        size_t some = 0;
        for (; some < KEYS_AT_ONCE && done < count; some++, done++) {
            record_key_block(blocks[some], block_key, first_index + done);
            messages[some] = blocks[some];
            rets[some] = ret_keys[done];
        }
        sha256_padded(messages, 1, some, rets);
    }
    bytes_wipe(blocks, sizeof blocks);
}

void commit_salts(const uint8_t record_key[RECORD_KEY_BYTES], size_t n,
                  uint8_t (*ret_salts)[SALT_BYTES])
{
    uint8_t inputs[FIELDS_MAX / 2][SALT_INPUT_BYTES];
    hash pairs[FIELDS_MAX / 2];
    struct sha256_job jobs[FIELDS_MAX / 2];
    const size_t count = n / 2 + n % 2;
    assert(n <= FIELDS_MAX);
    for (size_t j = 0; j < count; j++) {
        jobs[j] =
            (struct sha256_job){ slice_none(), salt_input(inputs[j], record_key, j), &pairs[j] };
    }
    sha256_many(jobs, count);
    for (size_t i = 0; i < n; i++) {
        const slice salt = { pairs[i / 2].bytes + i % 2 * SALT_BYTES, SALT_BYTES };
        bytes_copy(ret_salts[i], SALT_BYTES, salt);
    }
    bytes_wipe(inputs, count * sizeof inputs[0]);
    bytes_wipe(pairs, count * sizeof pairs[0]);
}

void commit_salt(const uint8_t record_key[RECORD_KEY_BYTES], uint16_t field_id,
                 uint8_t ret_salt[SALT_BYTES])
{
    uint8_t input[SALT_INPUT_BYTES];
    assert(field_id > 0 && field_id <= FIELDS_MAX);
    const size_t i = field_id - 1u;
    hash pair = sha256(salt_input(input, record_key, i / 2));
    bytes_copy(ret_salt, SALT_BYTES, (slice){ pair.bytes + i % 2 * SALT_BYTES, SALT_BYTES });
    bytes_wipe(&pair, sizeof pair);
    bytes_wipe(input, sizeof input);
}

hash commit_field(uint16_t field_id, uint8_t type, const uint8_t salt[SALT_BYTES], slice value)
{
    uint8_t prefix[FIELD_PREFIX_BYTES];
    return prefixed(field_prefix(prefix, field_id, type, salt), value);
}

/* RFC 6962 section 2.1 splits at the largest power of two below n. Pairing neighbours level by
 * level and letting an odd last one rise gives the same tree. */
static hash tree_top(hash *level, size_t n)
{
    static const uint8_t label = LABEL_NODE;
    struct sha256_job jobs[FIELDS_MAX / 2];
    assert(n > 1 && n <= FIELDS_MAX);
    while (n > 1) {
        for (size_t i = 0; i < n / 2; i++) {
            jobs[i] = (struct sha256_job){ .prefix = { &label, 1 },
                                           .message = { level[2 * i].bytes, 2 * SHA256_BYTES },
                                           .ret = &level[i] };
        }
        sha256_many(jobs, n / 2);
        if (n % 2 != 0) level[n / 2] = level[n - 1];
        n = n / 2 + n % 2;
    }
    return level[0];
}

/* What the root hashes behind its prefix; level is overwritten where there is a tree. */
static slice root_message(hash *level, size_t n)
{
    if (n <= COMMIT_FLAT_MAX) return (slice){ level[0].bytes, n * SHA256_BYTES };
    level[0] = tree_top(level, n);
    return (slice){ level[0].bytes, SHA256_BYTES };
}

hash commit_root(uint8_t kind, uint16_t schema, const hash *commitments, size_t n)
{
    hash level[FIELDS_MAX];
    uint8_t prefix[ROOT_PREFIX_BYTES];
    assert(n <= FIELDS_MAX);
    for (size_t i = 0; i < n; i++)
        level[i] = commitments[i];
    return prefixed(root_prefix(prefix, kind, schema, n), root_message(level, n));
}

hash commit_body_root(uint8_t kind, uint16_t schema, slice body)
{
    uint8_t prefix[4] = { LABEL_BODY, kind };
    put_u16(prefix + 2, schema);
    return prefixed((slice){ prefix, sizeof prefix }, body);
}

/* Where a record's fields stand in a group: in whole pairs, as its salts are made. */
static size_t fields_room(const struct record *record)
{
    return record->field_count + record->field_count % 2;
}

/* Salts of all fields. */
static void group_salts(struct group *g)
{
    size_t pairs = 0;
    for (size_t r = 0; r < g->record_count; r++) {
        const size_t n = fields_room(g->records[r]->record) / 2;
        for (size_t j = 0; j < n; j++, pairs++) {
            uint8_t *block = g->blocks[pairs];
            __builtin_memset(block + SALT_INPUT_BYTES, 0, SHA256_BLOCK_BYTES - SALT_INPUT_BYTES);
            (void)salt_input(block, g->records[r]->record_key, j);
            block[SALT_INPUT_BYTES] = 0x80;
            put_u16(block + SHA256_BLOCK_BYTES - 2, SALT_INPUT_BYTES * 8);
            g->messages[pairs] = block;
            g->rets[pairs] = g->salts[2 * pairs];
        }
    }
    sha256_padded(g->messages, 1, pairs, g->rets);
}

/* Lays out the message of a short value; room has one block. */
static void short_message(uint8_t *room, uint16_t id, const struct record_field *f,
                          const uint8_t *salt)
{
    const size_t len = FIELD_PREFIX_BYTES + f->value.len;
    __builtin_memset(room + FIELD_PREFIX_BYTES, 0, SHA256_BLOCK_BYTES - FIELD_PREFIX_BYTES);
    (void)field_prefix(room, id, f->type, salt);
    bytes_copy_short(room + FIELD_PREFIX_BYTES, SHORT_VALUE_MAX, f->value);
    room[len] = 0x80;
    put_u16(room + SHA256_BLOCK_BYTES - 2, (uint16_t)(len * 8));
}

/* Where the commitments of the record go whose fields begin at first_field. */
static uint8_t *commitments_of(struct group *g, size_t r, size_t first_field)
{
    const bool flat = g->records[r]->record->field_count <= COMMIT_FLAT_MAX;
    return flat ? g->roots[r] + ROOT_PREFIX_BYTES : g->levels[first_field].bytes;
}

static void group_fields(struct group *g)
{
    size_t first_field = 0;
    size_t short_count = 0;
    size_t long_count = 0;
    for (size_t r = 0; r < g->record_count; r++) {
        const struct record *record = g->records[r]->record;
        uint8_t *place = commitments_of(g, r, first_field);
        for (size_t i = 0; i < record->field_count; i++, place += SHA256_BYTES) {
            const struct record_field *f = &record->fields[i];
            const size_t at = first_field + i;
            const uint16_t id = (uint16_t)(i + 1);
            if (f->value.len <= SHORT_VALUE_MAX) {
                short_message(g->blocks[at], id, f, g->salts[at]);
                g->messages[short_count] = g->blocks[at];
                g->rets[short_count++] = place;
                continue;
            }
            g->long_values[long_count++] = (struct sha256_job){
                .prefix = field_prefix(g->blocks[at], id, f->type, g->salts[at]),
                .message = f->value,
                .ret = (hash *)(void *)place,
            };
        }
        first_field += fields_room(record);
    }
    sha256_padded(g->messages, 1, short_count, g->rets);
    sha256_many(g->long_values, long_count);
}

/* Completes the message of a record's root; returns its number of blocks. */
static size_t root_blocks(struct group *g, size_t r, size_t first_field)
{
    const struct record *record = g->records[r]->record;
    const size_t n = record->field_count;
    uint8_t *room = g->roots[r];
    size_t len = ROOT_PREFIX_BYTES + n * SHA256_BYTES;
    (void)root_prefix(room, record->kind, record->schema, n);
    if (n > COMMIT_FLAT_MAX) {
        const hash top = tree_top(&g->levels[first_field], n);
        bytes_copy(room + ROOT_PREFIX_BYTES, SHA256_BYTES, (slice){ top.bytes, SHA256_BYTES });
        len = ROOT_PREFIX_BYTES + SHA256_BYTES;
    }
    return pad(room, len);
}

static void group_roots(struct group *g)
{
    size_t first_field = 0;
    __attribute__((uninitialized)) size_t blocks[GROUP_RECORDS_MAX];
    for (size_t r = 0; r < g->record_count; r++) {
        blocks[r] = root_blocks(g, r, first_field);
        first_field += fields_room(g->records[r]->record);
    }
    for (size_t length = 1; length <= ROOT_BLOCKS_MAX; length++) {
        size_t count = 0;
        for (size_t r = 0; r < g->record_count; r++) {
            if (blocks[r] != length) continue;
            g->messages[count] = g->roots[r];
            g->rets[count++] = g->records[r]->ret_root->bytes;
        }
        sha256_padded(g->messages, length, count, g->rets);
    }
}

static void group_finish(struct group *g)
{
    group_salts(g);
    group_fields(g);
    group_roots(g);
    bytes_wipe(g->salts, g->field_count * sizeof g->salts[0]);
    bytes_wipe(g->blocks, g->field_count * sizeof g->blocks[0]);
    g->record_count = 0;
    g->field_count = 0;
}

void commit_many(const struct commit_job *jobs, size_t count)
{
    __attribute__((uninitialized)) struct group g; /* clearing it costs more than one record */
    g.record_count = 0;
    g.field_count = 0;
    for (size_t j = 0; j < count; j++) {
        const size_t n = fields_room(jobs[j].record);
        assert(n <= FIELDS_MAX);
        const bool full =
            g.record_count == GROUP_RECORDS_MAX || n > GROUP_FIELDS_MAX - g.field_count;
        if (full) group_finish(&g);
        g.records[g.record_count++] = &jobs[j];
        g.field_count += n;
    }
    group_finish(&g);
}
