/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/families.h"

#include "cmd/rules.h"
#include "cmd/verify.h"
#include "base/banned.h"

const struct family families[] = {
    { "Detecting", rules_commands },
    { "Checking", verify_commands },
    {},
};
