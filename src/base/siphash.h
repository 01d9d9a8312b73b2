/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/status.h"

/*
 * siphash: SipHash-2-4 with a 128-bit result (Aumasson, Bernstein: "SipHash: a fast short-input
 * PRF", and its 128-bit variant). For tables filled by strangers: without the key nobody can choose
 * inputs that collide, and 128 bits may stand for the input itself.
 */
struct siphash_key {
    uint64_t a, b;
};

struct siphash_print {
    uint64_t low, high;
};

/* The fingerprint of the bytes under the key. O(len). */
struct siphash_print siphash_128(const struct siphash_key *key, slice bytes);
