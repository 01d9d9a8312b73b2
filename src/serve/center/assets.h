/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/status.h"

/*
 * assets: what is part of the program and goes out as it is: the stylesheet, the icon, the
 * verifier.
 */
enum { ASSETS = 6, ASSET_TAG_CAP = 20, STYLESHEET_CAP = 32 };

struct asset {
    const char *path;
    const char *type;
    const char *policy; /* Content-Security-Policy; NULL: that of pages without a script */
    slice bytes;
    char tag[ASSET_TAG_CAP]; /* ETag: names the bytes */
};

struct assets {
    struct asset at[ASSETS];
    bool has_verifier;               /* for browsers */
    char stylesheet[STYLESHEET_CAP]; /* its path and what names its bytes */
};

/* Once, before anything is asked for. */
void assets_init(struct assets *a);
/* Whether there is one at that path. */
bool assets_have(slice path);
/* The asset at a path, or NULL. */
const struct asset *assets_at(const struct assets *a, slice path);
