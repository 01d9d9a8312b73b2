/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/center/build.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "os/clock.h"
#include "base/banned.h"

enum { PROGRAM_BYTES_MAX = 256 * 1024 * 1024, PIECE_BYTES = 64 * 1024 };

/* The SHA-256 of an open file; false if it cannot be read. */
static bool hash_file(const struct file *file, hash *ret_hash)
{
    static uint8_t piece[PIECE_BYTES];
    struct sha256 state;
    struct fault unused;
    sha256_init(&state);
    for (uint64_t at = 0; at < PROGRAM_BYTES_MAX; at += sizeof piece) {
        size_t len = 0;
        if (file_read(file, at, piece, sizeof piece, &len, &unused).code != E_OK) return false;
        sha256_update(&state, (slice){ piece, len });
        if (len < sizeof piece) {
            sha256_final(&state, ret_hash);
            return true;
        }
    }
    return false;
}

void build_read(struct center_build *ret_build)
{
    struct file program = {};
    struct fault unused;
    hash h = {};
    *ret_build = (struct center_build){ .version = CANDOR_VERSION,
                                        .commit = CANDOR_COMMIT,
                                        .compiler = __VERSION__,
                                        .started_s = (uint64_t)(clock_real_ns() / CLOCK_NS_PER_S) };
    if (file_open(NULL, "/proc/self/exe", FILE_READ, &program, &unused).code != E_OK) return;
    if (hash_file(&program, &h)) {
        struct writer w = writer_of(ret_build->binary, sizeof ret_build->binary - 1);
        writer_hex(&w, (slice){ h.bytes, sizeof h.bytes });
    }
    file_close(&program);
}
