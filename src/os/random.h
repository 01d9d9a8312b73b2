/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/status.h"

/*
 * random: secret, unpredictable bytes from the kernel.
 */
/* Fills len bytes by getrandom(2), which waits until the kernel is seeded. E_IO with errno if the
 * kernel refuses; then the bytes are zeroed and must not be used. */
status random_bytes(void *ret_bytes, size_t len);
