/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>

/*
 * embedded: files of web/ as constants of the program (tools/embed).
 */
extern const unsigned char center_css[];
extern const size_t center_css_bytes;
extern const unsigned char center_icon[];
extern const size_t center_icon_bytes;
extern const unsigned char center_verifier[];
extern const size_t center_verifier_bytes;
