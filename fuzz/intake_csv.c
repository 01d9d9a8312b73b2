/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/intake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    return fuzz_intake(INTAKE_CSV, data, len);
}
