/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/officer.h"

#include "base/bytes.h"
#include "base/banned.h"

enum { SHOWN_MAX = 64 };

bool officer_is(const struct keep_config *keep, slice name)
{
    for (uint32_t i = 0; i < keep->officer_count; i++) {
        if (slice_is(name, keep->officers[i])) return true;
    }
    return false;
}

status officer_second(const struct keep_config *keep, slice asker, slice name, bool same_user,
                      struct fault *f)
{
    const int len = (int)(name.len < SHOWN_MAX ? name.len : SHOWN_MAX);
    if (slice_equal(name, asker)) {
        return fault_set(f, FAIL(E_REFUSED), "%.*s asked for it: somebody else has to approve", len,
                         (const char *)name.at);
    }
    if (!same_user || officer_is(keep, name)) return OK;
    return fault_set(f, FAIL(E_REFUSED),
                     "%.*s is the same user of the system as who asked, and no officer that "
                     "candor.yaml names",
                     len, (const char *)name.at);
}
