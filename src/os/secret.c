/* SPDX-License-Identifier: Apache-2.0 */
#include "os/secret.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>
#include "base/bytes.h"
#include "os/failed.h"
#ifdef CANDOR_ASAN
#include <sanitizer/lsan_interface.h>
#else
#define __lsan_register_root_region(at, len) ((void)0)
#define __lsan_unregister_root_region(at, len) ((void)0)
#endif
#include "base/banned.h"

enum { SECRET_ALIGNMENT = 16 };

static size_t page_bytes(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

/* Pages that hold len bytes; len is at most SECRET_BYTES_MAX, so nothing wraps. */
static size_t whole_pages(size_t len)
{
    return (len + page_bytes() - 1) / page_bytes() * page_bytes();
}

status secret_new(size_t len, struct secret *ret_secret, struct fault *f)
{
    if (len == 0 || len > SECRET_BYTES_MAX) {
        return fault_set(f, FAIL(E_LIMIT), "a secret of %zu bytes is not allowed", len);
    }
    const size_t inner = whole_pages(len), outer = inner + 2 * page_bytes();
    uint8_t *at = mmap(NULL, outer, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) return failed_os(f, errno, "allocate", "memory for a key");
    uint8_t *start = at + page_bytes();
    if (mprotect(start, inner, PROT_READ | PROT_WRITE) != 0 ||
        madvise(start, inner, MADV_DONTDUMP) != 0 || madvise(start, inner, MADV_WIPEONFORK) != 0) {
        const status s = failed_os(f, errno, "protect", "memory for a key");
        munmap(at, outer);
        return s;
    }
    /* What only a secret points to is no leak. */
    __lsan_register_root_region(start, inner);
    const size_t aligned = (len + SECRET_ALIGNMENT - 1) / SECRET_ALIGNMENT * SECRET_ALIGNMENT;
    *ret_secret = (struct secret){ .bytes = start + inner - aligned,
                                   .len = len,
                                   .mapping = at,
                                   .locked = mlock(start, inner) == 0 };
    return OK;
}

void secret_free(struct secret *secret)
{
    if (secret->bytes == NULL) return;
    const size_t inner = whole_pages(secret->len);
    bytes_wipe(secret->bytes, secret->len);
    __lsan_unregister_root_region((uint8_t *)secret->mapping + page_bytes(), inner);
    munmap(secret->mapping, inner + 2 * page_bytes());
    *secret = (struct secret){ 0 };
}
