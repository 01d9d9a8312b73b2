/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/families.h"

#include "cmd/verify.h"
#include "base/banned.h"

const struct family families[] = {
    { "Checking", verify_commands },
    {},
};
