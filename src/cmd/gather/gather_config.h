/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "lib/yaml.h"
#include "serve/gather/gather.h"

/*
 * gather_config: the key "witnesses" of candor.yaml.
 */

/* Reads the map. E_VALUE; *ret_at is the node that is wrong, the fault says what. */
status gather_config_read(const struct yaml_node *map, struct gather_config *ret_config,
                          const struct yaml_node **ret_at, struct fault *f);
