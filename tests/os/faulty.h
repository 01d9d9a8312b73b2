/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>

/*
 * faulty: system calls that fail, fall short or are interrupted on purpose, and a record of those
 * that were made. A test program links faulty_lib and faulty_args (tests/os/meson.build); the calls
 * of src/os then come through here.
 */
enum faulty_call {
    FAULTY_OPENAT,
    FAULTY_READ,
    FAULTY_PREAD,
    FAULTY_PWRITE,
    FAULTY_FDATASYNC,
    FAULTY_FSYNC,
    FAULTY_FALLOCATE,
    FAULTY_FTRUNCATE,
    FAULTY_RENAMEAT,
    FAULTY_UNLINKAT,
    FAULTY_MKDIRAT,
    FAULTY_FLOCK,
    FAULTY_CLOSE,
    FAULTY_CALLS,
};

/* Forgets all faults and empties the record. */
void faulty_reset(void);
/* The nth call of this kind from now (1 = the next) fails with this errno. */
void faulty_fail(enum faulty_call call, unsigned nth, int error);
/* Reads and writes move at most this many bytes a call, and every second call is interrupted first.
 */
void faulty_short(size_t bytes_max);
/* The calls since faulty_reset, in order: "openat pwrite fsync". */
const char *faulty_record(void);
