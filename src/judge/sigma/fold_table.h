/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdint.h>

/* One run of code points from 0x80 up that fold by the same distance; rows ascend. */
struct fold_row {
    uint32_t first, last;
    uint32_t stride;
    int32_t distance;
};

extern const struct fold_row fold_rows[];
extern const uint32_t fold_row_count;
