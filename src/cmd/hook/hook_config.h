/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "lib/yaml.h"
#include "serve/hook/hook.h"

/*
 * hook_config: the list "webhooks" of candor.yaml.
 */

/* Reads the list. E_VALUE; *ret_at is the node that is wrong, the fault says what. */
status hook_config_read(const struct yaml_node *list, struct hooks *ret_hooks,
                        const struct yaml_node **ret_at, struct fault *f);
/* A time such as 24h: a number with s, m, h or d behind it, at most most_s. E_VALUE. */
status hook_time_read(const struct yaml_node *value, uint32_t most_s, uint32_t *ret_s);
/* Loads a hook's secret: a file that nobody else may read, or a systemd credential. E_DENIED,
 * E_NOT_FOUND, E_VALUE. */
status hook_secret_load(const struct hook *h, uint8_t ret_key[HOOK_SECRET_BYTES_MAX],
                        size_t *ret_len, struct fault *f);
