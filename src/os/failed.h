/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"

/*
 * failed: one translation of errno for the whole folder.
 *
 * ENOENT, ENOTDIR: E_NOT_FOUND. EEXIST, ENOTEMPTY: E_EXISTS. ENOSPC, EDQUOT, EFBIG: E_FULL. EACCES,
 * EPERM, EROFS: E_DENIED. EAGAIN, EBUSY: E_BUSY. EPIPE, ECONNRESET, ECONNREFUSED: E_CLOSED. ENOMEM:
 * E_NOMEM. ENOSYS, EOPNOTSUPP: E_UNSUPPORTED. Anything else: E_IO. detail is the errno in each.
 */
/* Fills the fault with "cannot VERB NAME: WHY" and returns the status for that errno. */
status failed_os(struct fault *f, int error, const char *verb, const char *name);
/* As failed_os, but always with this code: a failed fsync is E_FSYNC, whatever errno says. */
status failed_as(struct fault *f, int32_t code, int error, const char *verb, const char *name);
