/* SPDX-License-Identifier: Apache-2.0 */
#include "os/random.h"

#include <errno.h>
#include <sys/random.h>
#include "base/bytes.h"
#include "base/banned.h"

status random_bytes(void *ret_bytes, size_t len)
{
    uint8_t *at = ret_bytes;
    for (size_t done = 0; done < len;) {
        const ssize_t got = getrandom(at + done, len - done, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) {
            const int error = errno;
            bytes_wipe(ret_bytes, len);
            return FAIL_AT(E_IO, error);
        }
        done += (size_t)got;
    }
    return OK;
}
