/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"

/*
 * sequence: what senders say so that nothing is counted twice: the number of the first event of a
 * request (Candor-Sequence), and the channel within which a HEC sender is acknowledged.
 */
enum { CHANNEL_BYTES = 16 };

/* The header's value: decimal digits; white space around them is allowed. The numbers of the
 * request's count events must fit into 64 bits. E_SYNTAX, E_LIMIT with a fault. */
status sequence_parse(slice text, uint64_t count, uint64_t *ret_first, struct fault *fault);
/* A GUID: 32 hexadecimal digits as 8-4-4-4-12, either case. E_SYNTAX. */
status channel_parse(slice text, uint8_t ret_channel[CHANNEL_BYTES]);
