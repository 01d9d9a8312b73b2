/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "intake/route.h"

/* Both end with an empty row. A category may be two, with a comma between them. */
extern const struct route route_rows[];
extern const char *const route_products[];
extern const char *const route_categories[];
