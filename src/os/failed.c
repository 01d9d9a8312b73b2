/* SPDX-License-Identifier: Apache-2.0 */
#include "os/failed.h"

#include <errno.h>
#include <string.h>
#include "base/bytes.h"
#include "base/banned.h"

static const struct {
    int error;
    int32_t code;
} translation[] = {
    { ENOENT, E_NOT_FOUND }, { ENOTDIR, E_NOT_FOUND },  { EEXIST, E_EXISTS },
    { ENOTEMPTY, E_EXISTS }, { ENOSPC, E_FULL },        { EDQUOT, E_FULL },
    { EFBIG, E_FULL },       { EACCES, E_DENIED },      { EPERM, E_DENIED },
    { EROFS, E_DENIED },     { EAGAIN, E_BUSY },        { EBUSY, E_BUSY },
    { EPIPE, E_CLOSED },     { ECONNRESET, E_CLOSED },  { ECONNREFUSED, E_CLOSED },
    { ENOMEM, E_NOMEM },     { ENOSYS, E_UNSUPPORTED }, { EOPNOTSUPP, E_UNSUPPORTED },
};

status failed_os(struct fault *f, int error, const char *verb, const char *name)
{
    int32_t code = E_IO;
    for (size_t i = 0; i < COUNT_OF(translation); i++) {
        if (translation[i].error == error) code = translation[i].code;
    }
    return failed_as(f, code, error, verb, name);
}

status failed_as(struct fault *f, int32_t code, int error, const char *verb, const char *name)
{
    const char *why = strerrordesc_np(error); /* unlike strerror, safe in threads */
    return fault_set(f, FAIL_AT(code, error), "cannot %s %s: %s", verb, name,
                     why == NULL ? "unknown error" : why);
}
