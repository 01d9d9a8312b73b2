/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>
#include <stdint.h>

/*
 * status: how every function of candor that may fail says so.
 *
 * The four families decide what the caller does: *input* (reject, count, go on), *environment*
 * (retry or shed load), *corrupt* (stop; a start recovers from disk), and *answer* (the question
 * was understood and the answer is no). Misuse is an assertion, never a status. The numbers are
 * stable: they appear in messages between processes and in docs/errors.md.
 */
/* clang-format off */
enum code {
    E_OK = 0,
    /* input */
    E_SHORT = 1,       /* fewer bytes than the format promises */
    E_LIMIT = 2,       /* a length, count or depth above its documented limit */
    E_SYNTAX = 3,      /* bytes that the format does not allow */
    E_VALUE = 4,       /* well formed, but the value is not allowed here */
    E_TRAILING = 5,    /* bytes left over behind a complete value */
    E_UNKNOWN = 6,     /* a name, kind or version that this build does not know */
    E_DUPLICATE = 7,   /* given twice where once is allowed */
    E_UTF8 = 8,        /* text that is not UTF-8 */
    E_USAGE = 9,       /* a command line that makes no sense */
    /* environment */
    E_NOMEM = 20,      /* an allocation failed */
    E_IO = 21,         /* a system call failed; detail is errno */
    E_FULL = 22,       /* no space on the device, or a quota or reserve reached */
    E_BUSY = 23,       /* locked by somebody else, or a queue that is full */
    E_NOT_FOUND = 24,  /* no such file, record or name */
    E_EXISTS = 25,     /* there already */
    E_CLOSED = 26,     /* the other side is gone */
    E_CANCELLED = 27,  /* stopped on request */
    E_DENIED = 28,     /* not permitted */
    E_UNSUPPORTED = 29,/* this machine or build cannot do it */
    /* corrupt */
    E_CORRUPT = 40,    /* stored bytes that contradict themselves or each other */
    E_FSYNC = 41,      /* durability is in doubt: nothing may be signed or acknowledged any more */
    E_STOPPED = 42,    /* an earlier failure stopped this object for good */
    /* answer */
    E_INVALID = 60,    /* a proof, signature or hash does not verify */
    E_ERASED = 61,     /* the value was erased */
    E_REFUSED = 62,    /* a rule of the log forbids it (rollback, fork, hold, missing approval) */
    E_REFUTED = 63,    /* a claim that evidence proves to be false */
};
/* clang-format on */

/* detail: errno for E_IO, else a position or 0; never needed to decide, only to explain. In
 * WebAssembly, which has no errno and passes a struct of one number like a number, there is none.
 */
typedef struct [[nodiscard]] status {
    int32_t code;
#ifndef __wasm__
    int32_t detail;
#endif
} status;

/* slice: borrowed bytes. at is never NULL, even if len is 0. */
typedef struct slice {
    const uint8_t *at;
    size_t len;
} slice;

#define OK ((status){ .code = E_OK })
#define FAIL(code_) ((status){ .code = (code_) })
#ifdef __wasm__
#define FAIL_AT(code_, detail_) FAIL(code_)
#else
#define FAIL_AT(code_, detail_) ((status){ (code_), (int32_t)(detail_) })
#endif
#define TRY(e)                                                                                     \
    do {                                                                                           \
        const status try_ = (e);                                                                   \
        if (try_.code != E_OK) return try_;                                                        \
    } while (0)

/* Drops a status on purpose; why says what makes that right. */
#define ignore(e, why)                                                                             \
    do {                                                                                           \
        static_assert(sizeof(why) > 1, "say why");                                                 \
        const status ignored_ = (e);                                                               \
        (void)ignored_;                                                                            \
    } while (0)

/* The exit status (design section 10) that a command ends with when it stops on this code. */
int status_exit(status s);
/* A few words for people, such as "no space left"; static, never NULL. */
const char *status_text(status s);
