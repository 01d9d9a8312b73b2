/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/status.h"

/*
 * ed25519_point: what a public key must be before a signature is looked at. libcrypto checks the
 * signature (scalar reduced, cofactorless equation, canonical R) but takes any key that decodes.
 * docs/formats/note.md lists each class of edge case and its verdict.
 */
enum { ED25519_POINT_BYTES = 32 };

/* False if the encoding is not canonical (y >= 2^255 - 19, or the sign bit set for x = 0: RFC 8032
 * section 5.1.3) or the point is one of the eight of small order, under which one signature fits
 * many messages. Does not check that the point is on the curve. */
bool ed25519_point_is_sound(const uint8_t encoded[ED25519_POINT_BYTES]);
