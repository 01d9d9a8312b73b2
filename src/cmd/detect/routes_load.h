/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "intake/route.h"

/*
 * routes_load: log source rows of the user, a YAML list:
 *
 *     - product: acme
 *       service: gateway          # product, service, category: at least one
 *       when:                     # 1 to 4 fields that must be there; null: with any value;
 *         gateway_id: null        # '*' at the start or end of a value stands for anything
 *         kind: "audit.*"
 */

/* The built-in rows, with those of the file (NULL: none) before them. 0, or the exit status after
 * one clear line on standard error; *ret_routes is then untouched. */
int routes_load(const char *path, struct routes **ret_routes);
