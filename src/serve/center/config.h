/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>

/*
 * config: what the operator says about themselves in candor.yaml: center.
 */
enum {
    CENTER_CONTACTS_MAX = 4,
    CENTER_TEXT_BYTES_MAX = 512, /* of one value */
};

struct center_config {
    char name[CENTER_TEXT_BYTES_MAX + 1]; /* who runs this; "": the log's origin */
    char contacts[CENTER_CONTACTS_MAX][CENTER_TEXT_BYTES_MAX + 1]; /* URIs (RFC 9116 2.5.3) */
    size_t contact_count;
    char policy[CENTER_TEXT_BYTES_MAX + 1];    /* on reporting weaknesses, a URI; "": none */
    char languages[CENTER_TEXT_BYTES_MAX + 1]; /* "en, fr"; "": not said */
    char source[CENTER_TEXT_BYTES_MAX + 1];    /* where the source code is, a URI; "": not said */
    char url[CENTER_TEXT_BYTES_MAX + 1];       /* of this Center, "https://…"; "": as asked for */
};
