/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "serve/center/page.h"

/*
 * build: what is running, as the program knows it of itself.
 */

/* Reads the program's own file, for its SHA-256; before the process is confined. */
void build_read(struct center_build *ret_build);
