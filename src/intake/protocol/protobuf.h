/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/cursor.h"
#include "base/writer.h"

/*
 * protobuf: the wire format of Protocol Buffers, version 3, field by field on a cursor. Groups are
 * refused: nothing that is read here has any. On error the cursor has not moved.
 */
enum protobuf_wire {
    PROTOBUF_VARINT = 0,
    PROTOBUF_FIXED64 = 1,
    PROTOBUF_BYTES = 2,
    PROTOBUF_FIXED32 = 5,
};

struct protobuf_field {
    uint32_t number; /* from 1 */
    uint8_t wire;    /* enum protobuf_wire */
    uint64_t value;  /* of VARINT, FIXED64 and FIXED32, else 0 */
    slice bytes;     /* of BYTES, a view; else empty */
};

/* The next field. E_SHORT if the message ends inside it; E_SYNTAX for a varint of more than 64
 * bits, the field number 0 or above 2^29 - 1, or a wire type that is none of the above. */
status protobuf_next(struct cursor *c, struct protobuf_field *ret_field);
/* The double whose bits a FIXED64 holds. */
double protobuf_double(uint64_t bits);
/* Writes a VARINT field, or nothing for 0 (the default). */
void protobuf_put_u64(struct writer *w, uint32_t number, uint64_t value);
/* Writes a BYTES field, also an empty one. */
void protobuf_put_bytes(struct writer *w, uint32_t number, slice bytes);
