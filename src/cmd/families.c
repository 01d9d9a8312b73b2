/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/families.h"

#include "base/banned.h"

const struct family families[] = {
    {},
};
