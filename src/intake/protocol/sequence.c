/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/protocol/sequence.h"

#include "base/bytes.h"
#include "base/num.h"
#include "base/banned.h"

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

status sequence_parse(slice text, uint64_t count, uint64_t *ret_first, struct fault *fault)
{
    while (text.len > 0 && is_blank(text.at[0]))
        text = slice_from(text, 1);
    while (text.len > 0 && is_blank(text.at[text.len - 1]))
        text.len--;
    uint64_t first = 0;
    const status s = num_parse_u64(text, &first);
    if (s.code != E_OK) {
        return fault_set(fault, s, "Candor-Sequence must be a decimal number below 2^64");
    }
    if (count > 0 && first > UINT64_MAX - (count - 1)) {
        return fault_set(fault, FAIL(E_LIMIT), "Candor-Sequence %llu and %llu events pass 2^64",
                         (unsigned long long)first, (unsigned long long)count);
    }
    *ret_first = first;
    return OK;
}

status channel_parse(slice text, uint8_t ret_channel[CHANNEL_BYTES])
{
    static const uint8_t groups[] = { 4, 2, 2, 2, 6 }; /* bytes between the hyphens */
    uint8_t channel[CHANNEL_BYTES] = {};
    size_t at = 0;
    if (text.len != (size_t)2 * CHANNEL_BYTES + COUNT_OF(groups) - 1) return FAIL(E_SYNTAX);
    for (size_t g = 0, pos = 0; g < COUNT_OF(groups); g++) {
        if (g > 0 && text.at[pos++] != '-') return FAIL(E_SYNTAX);
        TRY(num_parse_hex((slice){ text.at + pos, (size_t)2 * groups[g] }, channel + at,
                          groups[g]));
        pos += (size_t)2 * groups[g];
        at += groups[g];
    }
    bytes_copy(ret_channel, CHANNEL_BYTES, (slice){ channel, sizeof channel });
    return OK;
}
