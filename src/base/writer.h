/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/bytes.h"

/*
 * writer: appends bytes and big-endian integers to a buffer that the caller gives, never beyond it.
 * The first write that does not fit sets a sticky error and writes nothing; later writes do nothing
 * either. The caller checks once, with writer_end.
 * Invariant: len <= cap. Ownership: the buffer stays the caller's.
 */
struct writer {
    uint8_t *at; /* borrowed */
    size_t cap;
    size_t len;
    int32_t error; /* enum code, sticky */
};

/* An empty writer into cap bytes at that place. */
static inline struct writer writer_of(void *at, size_t cap)
{
    return (struct writer){ .at = at, .cap = cap };
}

/* The bytes written so far, as a view into the buffer. */
static inline slice writer_slice(const struct writer *w)
{
    return (slice){ .at = w->at == NULL ? (const uint8_t *)"" : w->at, .len = w->len };
}

/* len bytes of room that the caller fills; NULL (and the sticky error) if they do not fit. */
static inline uint8_t *writer_room(struct writer *w, size_t len)
{
    assert(w->len <= w->cap);
    if (w->error == E_OK && len > w->cap - w->len) w->error = E_LIMIT;
    if (w->error != E_OK) return NULL;
    uint8_t *room = w->at + w->len;
    w->len += len;
    return room;
}

/* The bytes as they are. */
static inline void writer_bytes(struct writer *w, slice bytes)
{
    uint8_t *room = writer_room(w, bytes.len);
    if (room != NULL) bytes_copy(room, bytes.len, bytes);
}

/* One byte. */
static inline void writer_u8(struct writer *w, uint8_t value)
{
    uint8_t *room = writer_room(w, 1);
    if (room != NULL) *room = value;
}

/* 2 big-endian bytes. */
static inline void writer_u16(struct writer *w, uint16_t value)
{
    uint8_t *room = writer_room(w, 2);
    if (room != NULL) put_u16(room, value);
}

/* 4 big-endian bytes. */
static inline void writer_u32(struct writer *w, uint32_t value)
{
    uint8_t *room = writer_room(w, 4);
    if (room != NULL) put_u32(room, value);
}

/* 8 big-endian bytes. */
static inline void writer_u64(struct writer *w, uint64_t value)
{
    uint8_t *room = writer_room(w, 8);
    if (room != NULL) put_u64(room, value);
}

/* The low 40 bits as 5 bytes; a larger value sets E_LIMIT. */
void writer_u40(struct writer *w, uint64_t value);
/* A 2-byte length and the bytes; more than 65,535 sets E_LIMIT. */
static inline void writer_vec16(struct writer *w, slice bytes)
{
    if (w->error == E_OK && bytes.len > UINT16_MAX) w->error = E_LIMIT;
    writer_u16(w, (uint16_t)bytes.len);
    writer_bytes(w, bytes);
}

/* A 4-byte length and the bytes; more than 2^32-1 sets E_LIMIT. */
void writer_vec32(struct writer *w, slice bytes);
/* NUL-terminated text, without the NUL. */
void writer_text(struct writer *w, const char *text);
/* Decimal digits. */
void writer_dec(struct writer *w, uint64_t value);
/* Lower-case hexadecimal, two digits a byte. */
void writer_hex(struct writer *w, slice bytes);
/* Padded standard Base64 (RFC 4648 section 4). */
void writer_base64(struct writer *w, slice bytes);
/* printf into the buffer, without a NUL. */
__attribute__((format(printf, 2, 3))) void writer_printf(struct writer *w, const char *format, ...);
/* OK, or the first error. */
status writer_end(const struct writer *w);
