/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/status.h"

/*
 * address: IPv4 and IPv6 addresses and networks, both as 16 bytes: a.b.c.d and ::ffff:a.b.c.d are
 * one address (RFC 4291 section 2.5.5.2).
 */
struct network {
    uint8_t bytes[16];
    uint8_t bits; /* of the 128 that must agree */
};

/* A textual address (a zone such as %eth0 is ignored). E_SYNTAX. */
status address_parse(slice text, uint8_t ret_bytes[16]);
/* ADDRESS[/BITS]; without bits the address alone. Bits set behind the prefix are masked, and
 * *ret_was_masked says so. E_SYNTAX, E_VALUE (more bits than the address has). */
status network_parse(slice text, struct network *ret_network, bool *ret_was_masked);
bool network_holds(const struct network *network, const uint8_t address[16]);
