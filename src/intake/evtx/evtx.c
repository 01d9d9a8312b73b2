/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/evtx/evtx.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "intake/evtx/binxml.h"
#include "intake/evtx/value.h"
#include "lib/crc32.h"
#include "base/banned.h"

enum {
    FILE_HEAD = 4096,
    FILE_CHECKED = 120,
    CHUNK = 65536,
    CHUNK_HEAD = 512,
    RECORD_HEAD = 24,
    RECORD_MIN = RECORD_HEAD + 4,
};

static const char file_magic[8] = "ElfFile";
static const char chunk_magic[8] = "ElfChnk";
static const char record_magic[4] = "**";

struct intake_evtx {
    struct binxml xml;
    bool past_head; /* the file's header has been read */
    bool in_chunk;
    size_t at;  /* in the chunk: the next record */
    size_t end; /* of its records */
};

void evtx_free(struct intake_evtx *e)
{
    if (e == NULL) return;
    binxml_done(&e->xml);
    free(e);
}

static bool evtx_detect(slice start, bool)
{
    return start.len >= sizeof file_magic && bytes_equal(start.at, file_magic, sizeof file_magic);
}

static void evtx_begin(struct intake *in)
{
    if (in->evtx == NULL) {
        in->evtx = calloc(1, sizeof *in->evtx);
        if (in->evtx == NULL) return;
        if (binxml_init(&in->evtx->xml).code != E_OK) {
            evtx_free(in->evtx);
            in->evtx = NULL;
            return;
        }
    }
    in->evtx->past_head = in->base > 0;
    in->evtx->in_chunk = false;
}

static enum intake_answer fault_at(struct intake *in, size_t pos, const char *what,
                                   struct fault *fault)
{
    in->at = (struct intake_position){
        .record = in->record + 1,
        .offset = in->base + pos,
    };
    ignore(fault_set(fault, FAIL(E_CORRUPT), "EVTX: %s", what), "the answer says so");
    return INTAKE_FAULT;
}

static bool is_zero(slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] != 0) return false;
    }
    return true;
}

/* INTAKE_EVENT: go on. */
static enum intake_answer take_head(struct intake *in, struct fault *fault)
{
    const slice data = slice_from(in->data, in->pos);
    if (data.len < FILE_HEAD && !in->last) return INTAKE_MORE;
    in->evtx->past_head = true;
    if (data.len < FILE_HEAD) {
        in->pos = in->data.len;
        return data.len == 0 ? INTAKE_END
                             : fault_at(in, 0, "the file ends within its header", fault);
    }
    in->pos += FILE_HEAD;
    if (!bytes_equal(data.at, file_magic, sizeof file_magic)) {
        return fault_at(in, 0, "the file does not start as an event log", fault);
    }
    if (crc32_of((slice){ data.at, FILE_CHECKED }, 0) != evtx_u32(data.at + 124)) {
        return fault_at(in, 0, "the checksum of the file's header is wrong", fault);
    }
    return INTAKE_EVENT;
}

/* What is wrong with the checksums of a chunk, or NULL. */
static const char *check_chunk(slice chunk, size_t records_end)
{
    uint32_t crc = crc32_of((slice){ chunk.at, FILE_CHECKED }, 0);
    crc = crc32_of((slice){ chunk.at + 128, CHUNK_HEAD - 128 }, crc);
    if (crc != evtx_u32(chunk.at + 124)) return "the checksum of a chunk's header is wrong";
    const slice records = { chunk.at + CHUNK_HEAD, records_end - CHUNK_HEAD };
    if (crc32_of(records, 0) != evtx_u32(chunk.at + 52)) {
        return "the checksum of a chunk's records is wrong; what can be read of them follows";
    }
    return NULL;
}

static bool is_chunk(slice chunk)
{
    return chunk.len >= CHUNK_HEAD && bytes_equal(chunk.at, chunk_magic, sizeof chunk_magic);
}

/* Where its header says that the records end, if that can be. */
static size_t records_end(slice chunk)
{
    const size_t end = evtx_u32(chunk.at + 48);
    return end >= CHUNK_HEAD && end <= chunk.len ? end : chunk.len;
}

/* The next chunk. INTAKE_EVENT: it is open, or was skipped. */
static enum intake_answer take_chunk(struct intake *in, struct fault *fault)
{
    struct intake_evtx *e = in->evtx;
    slice chunk = slice_from(in->data, in->pos);
    if (chunk.len < CHUNK && !in->last) return INTAKE_MORE;
    if (chunk.len == 0) return INTAKE_END;
    const bool cut = chunk.len < CHUNK;
    const size_t start = in->pos;
    if (!cut) chunk.len = CHUNK;
    if (!is_chunk(chunk)) {
        in->pos += chunk.len;
        if (is_zero(chunk)) return INTAKE_EVENT; /* laid out in advance, not used yet */
        return fault_at(in, start,
                        cut ? "the file ends within a chunk" : "a chunk without its mark", fault);
    }
    e->in_chunk = true;
    e->at = CHUNK_HEAD;
    e->end = records_end(chunk);
    binxml_chunk(&e->xml, chunk);
    if (cut) return fault_at(in, start, "the file ends within a chunk", fault);
    const char *wrong = check_chunk(chunk, e->end);
    return wrong == NULL ? INTAKE_EVENT : fault_at(in, start, wrong, fault);
}

/* The size of the record at this place of the chunk; 0 if none stands there whole. */
static size_t record_bytes(slice chunk, size_t at, size_t end)
{
    const uint8_t *record = chunk.at + at;
    if (at > end || end - at < RECORD_MIN) return 0;
    if (!bytes_equal(record, record_magic, sizeof record_magic)) return 0;
    const size_t bytes = evtx_u32(record + 4);
    if (bytes < RECORD_MIN || bytes > end - at) return 0;
    return evtx_u32(record + bytes - 4) == bytes ? bytes : 0;
}

/* Where the next record stands behind this place, where none does; end if there is none. */
static size_t record_next(slice chunk, size_t at, size_t end)
{
    if (is_zero((slice){ chunk.at + at, end - at })) return end;
    do {
        at++;
    } while (at < end && record_bytes(chunk, at, end) == 0);
    return at;
}

/* No record stands where one should: on to the next one. INTAKE_EVENT: the chunk's free space. */
static enum intake_answer resume(struct intake *in, struct fault *fault)
{
    struct intake_evtx *e = in->evtx;
    const size_t damaged = e->at;
    const slice rest = { e->xml.chunk.at + damaged, e->end - damaged };
    e->at = record_next(e->xml.chunk, damaged, e->end);
    if (e->at == e->end && is_zero(rest)) return INTAKE_EVENT;
    return fault_at(in, in->pos + damaged, "a damaged record", fault);
}

static enum intake_answer take_record(struct intake *in, size_t bytes, struct fault *fault)
{
    struct intake_evtx *e = in->evtx;
    const size_t at = e->at;
    size_t stopped = 0;
    e->at += bytes;
    in->record++;
    in->at = (struct intake_position){ .record = in->record, .offset = in->base + in->pos + at };
    in->raw = (slice){ e->xml.chunk.at + at, bytes };
    in->parsed = true;
    const status s = binxml_read(&e->xml, &in->build, at + RECORD_HEAD, at + bytes - 4, &stopped);
    if (s.code == E_OK) return INTAKE_EVENT;
    ignore(fault_set(fault, s, "EVTX: the record cannot be read behind byte %zu of its chunk: %s",
                     stopped, status_text(s)),
           "the answer says so");
    in->build.cut = true;
    in->cut_reported = in->build.count > 0; /* what there is follows the fault */
    return INTAKE_FAULT;
}

static enum intake_answer evtx_next(struct intake *in, struct fault *fault)
{
    struct intake_evtx *e = in->evtx;
    if (e == NULL) { /* told once for each piece of the input */
        const bool told = in->pos == in->data.len;
        in->pos = in->data.len;
        if (told) return in->last ? INTAKE_END : INTAKE_MORE;
        return fault_at(in, 0, "out of memory", fault);
    }
    for (;;) {
        enum intake_answer answer = INTAKE_EVENT;
        if (!e->past_head) {
            answer = take_head(in, fault);
        } else if (!e->in_chunk) {
            answer = take_chunk(in, fault);
        } else if (e->end - e->at < RECORD_MIN) {
            e->in_chunk = false;
            in->pos += e->xml.chunk.len;
        } else {
            const size_t bytes = record_bytes(e->xml.chunk, e->at, e->end);
            if (bytes > 0) return take_record(in, bytes, fault);
            answer = resume(in, fault);
        }
        if (answer != INTAKE_EVENT) return answer;
    }
}

size_t evtx_cut_at(uint64_t offset, size_t len)
{
    const size_t head = offset == 0 ? FILE_HEAD : 0;
    return len < head ? 0 : head + (len - head) / CHUNK * CHUNK;
}

uint64_t evtx_count(uint64_t offset, slice piece)
{
    uint64_t count = 0;
    slice rest = slice_from(piece, offset > 0 ? 0 : piece.len < FILE_HEAD ? piece.len : FILE_HEAD);
    for (; rest.len >= CHUNK; rest = slice_from(rest, CHUNK)) {
        const slice chunk = { rest.at, CHUNK };
        if (!is_chunk(chunk)) continue;
        const size_t end = records_end(chunk);
        for (size_t at = CHUNK_HEAD; end - at >= RECORD_MIN;) {
            const size_t bytes = record_bytes(chunk, at, end);
            count += bytes > 0;
            at = bytes > 0 ? at + bytes : record_next(chunk, at, end);
        }
    }
    return count;
}

const struct format intake_evtx_format = { "evtx", evtx_detect, evtx_next, evtx_begin };
