/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/space.h"

#include <inttypes.h>
#include "os/clock.h"
#include "os/dir.h"
#include "base/banned.h"

enum { MIB = 1 << 20 };

status space_check(struct node *n, struct fault *f)
{
    const int64_t now = clock_mono_ns();
    struct fault unused;
    uint64_t whole = 0;
    if (n->config.disk_reserve == 0) return OK;
    if (n->space_looked_ns == 0 || now - n->space_looked_ns >= (int64_t)SPACE_LOOK_MS * 1000000) {
        n->space_looked_ns = now;
        const struct file locked = { .fd = n->lock_fd };
        const status s = dir_space(&locked, &n->space_free, &whole, &unused);
        if (s.code != E_OK) n->space_free = UINT64_MAX;
    }
    if (n->space_free >= n->config.disk_reserve) return OK;
    return fault_set(f, FAIL(E_FULL),
                     "the disk has %" PRIu64 " MiB left, and disk_reserve keeps %" PRIu64
                     " for erasures and keys: make room",
                     n->space_free / MIB, n->config.disk_reserve / MIB);
}
