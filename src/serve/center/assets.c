/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/center/assets.h"

#include <stdio.h>
#include "base/bytes.h"
#include "base/sha256.h"
#include "base/writer.h"
#include "serve/center/embedded.h"
#include "base/banned.h"

enum { TAG_BYTES = 8 };

static const struct {
    const char *path;
    const char *type;
    const char *policy;
} rows[ASSETS] = {
    { "/center.css", "text/css; charset=utf-8", NULL },
    { "/icon.svg", "image/svg+xml", NULL },
    /* its own head has its policy, with the hash of its script */
    { "/verify", "text/html; charset=utf-8", "frame-ancestors 'none'" },
    { "/check.mjs", "text/javascript; charset=utf-8", NULL },
    { "/host.mjs", "text/javascript; charset=utf-8", NULL },
    { "/verify.wasm", "application/wasm", NULL },
};

void assets_init(struct assets *a)
{
    const slice bytes[ASSETS] = {
        { center_css, center_css_bytes },           { center_icon, center_icon_bytes },
        { center_verifier, center_verifier_bytes }, { center_check, center_check_bytes },
        { center_host, center_host_bytes },         { center_wasm, center_wasm_bytes },
    };
    *a = (struct assets){ .has_verifier = center_wasm_bytes > 0 };
    for (size_t i = 0; i < ASSETS; i++) {
        const hash h = sha256(bytes[i]);
        struct writer w = writer_of(a->at[i].tag, sizeof a->at[i].tag - 1);
        a->at[i].path = rows[i].path;
        a->at[i].type = rows[i].type;
        a->at[i].policy = rows[i].policy;
        a->at[i].bytes = bytes[i];
        writer_text(&w, "\"");
        writer_hex(&w, (slice){ h.bytes, TAG_BYTES });
        writer_text(&w, "\"");
    }
    snprintf(a->stylesheet, sizeof a->stylesheet, "%s?%.*s", rows[0].path, 2 * TAG_BYTES,
             a->at[0].tag + 1);
}

bool assets_have(slice path)
{
    for (size_t i = 0; i < ASSETS; i++) {
        if (slice_is(path, rows[i].path)) return true;
    }
    return false;
}

const struct asset *assets_at(const struct assets *a, slice path)
{
    for (size_t i = 0; i < ASSETS; i++) {
        if (slice_is(path, a->at[i].path)) return &a->at[i];
    }
    return NULL;
}
