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
/* What runs the verifier in a page; the WebAssembly is empty where this build could not make it. */
extern const unsigned char center_check[];
extern const size_t center_check_bytes;
extern const unsigned char center_host[];
extern const size_t center_host_bytes;
extern const unsigned char center_wasm[];
extern const size_t center_wasm_bytes;
