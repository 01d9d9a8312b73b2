/* SPDX-License-Identifier: Apache-2.0 */
#include "record/commit.h"

#include "base/bytes.h"
#include "base/copy.h"
#include "base/banned.h"

/*
 * The hot path of the log. A record of 8 short fields costs 8 commitments of one block each and a
 * root of five blocks. A single SHA-256 leaves most of the processor idle, so commit_many collects
 * the fields of several records (a group) and hands sha256_many lists of independent messages: all
 * commitments, all roots.
 */
enum {
    LABEL_FIELD = 0x10,
    LABEL_ROOT = 0x11,
    LABEL_NODE = 0x12,
    LABEL_BODY = 0x13,
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
    size_t field_count;
    const struct commit_job *records[GROUP_RECORDS_MAX];
    uint8_t blocks[GROUP_FIELDS_MAX][SHA256_BLOCK_BYTES];
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

static slice field_prefix(uint8_t room[FIELD_PREFIX_BYTES], uint16_t field_id, uint8_t type,
                          const uint8_t *salt_bytes)
{
    put_u32(room, (uint32_t)LABEL_FIELD << 24 | (uint32_t)field_id << 8 | type);
    bytes_copy(room + 4, SALT_BYTES, (slice){ salt_bytes, SALT_BYTES });
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

hash commit_field(uint16_t field_id, uint8_t type, const uint8_t *salt_bytes, slice value)
{
    uint8_t prefix[FIELD_PREFIX_BYTES];
    return prefixed(field_prefix(prefix, field_id, type, salt_bytes), value);
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

/* Lays out the message of a short value; room has one block. */
static void short_message(uint8_t *room, uint16_t id, const struct record_field *f,
                          const uint8_t *salt_bytes)
{
    const size_t len = FIELD_PREFIX_BYTES + f->value.len;
    __builtin_memset(room + FIELD_PREFIX_BYTES, 0, SHA256_BLOCK_BYTES - FIELD_PREFIX_BYTES);
    (void)field_prefix(room, id, f->type, salt_bytes);
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
                short_message(g->blocks[at], id, f, g->records[r]->salts[i].bytes);
                g->messages[short_count] = g->blocks[at];
                g->rets[short_count++] = place;
                continue;
            }
            g->long_values[long_count++] = (struct sha256_job){
                .prefix = field_prefix(g->blocks[at], id, f->type, g->records[r]->salts[i].bytes),
                .message = f->value,
                .ret = (hash *)(void *)place,
            };
        }
        first_field += record->field_count;
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
    size_t longest = 0;
    for (size_t r = 0; r < g->record_count; r++) {
        blocks[r] = root_blocks(g, r, first_field);
        longest = blocks[r] > longest ? blocks[r] : longest;
        first_field += g->records[r]->record->field_count;
    }
    for (size_t length = 1; length <= longest; length++) {
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
    group_fields(g);
    group_roots(g);
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
        const size_t n = jobs[j].record->field_count;
        assert(n <= FIELDS_MAX);
        const bool full =
            g.record_count == GROUP_RECORDS_MAX || n > GROUP_FIELDS_MAX - g.field_count;
        if (full) group_finish(&g);
        g.records[g.record_count++] = &jobs[j];
        g.field_count += n;
    }
    group_finish(&g);
}
