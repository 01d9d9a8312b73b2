/* SPDX-License-Identifier: Apache-2.0 */
#include "base/status.h"

#include "base/banned.h"

enum { EXIT_NO = 1, EXIT_INPUT = 2, EXIT_SYSTEM = 3 };

struct meaning {
    int32_t code;
    int exit;
    const char *text;
};

/* clang-format off */
static const struct meaning meanings[] = {
    { E_OK,          0,           "done" },
    { E_SHORT,       EXIT_INPUT,  "ends too early" },
    { E_LIMIT,       EXIT_INPUT,  "above a limit" },
    { E_SYNTAX,      EXIT_INPUT,  "malformed" },
    { E_VALUE,       EXIT_INPUT,  "value not allowed" },
    { E_TRAILING,    EXIT_INPUT,  "unexpected bytes at the end" },
    { E_UNKNOWN,     EXIT_INPUT,  "unknown name, kind or version" },
    { E_DUPLICATE,   EXIT_INPUT,  "given twice" },
    { E_UTF8,        EXIT_INPUT,  "not UTF-8" },
    { E_USAGE,       EXIT_INPUT,  "bad usage" },
    { E_NOMEM,       EXIT_SYSTEM, "out of memory" },
    { E_IO,          EXIT_SYSTEM, "system call failed" },
    { E_FULL,        EXIT_SYSTEM, "no space left" },
    { E_BUSY,        EXIT_SYSTEM, "busy" },
    { E_NOT_FOUND,   EXIT_INPUT,  "not found" },
    { E_EXISTS,      EXIT_INPUT,  "exists already" },
    { E_CLOSED,      EXIT_SYSTEM, "the other side is gone" },
    { E_CANCELLED,   EXIT_SYSTEM, "cancelled" },
    { E_DENIED,      EXIT_SYSTEM, "not permitted" },
    { E_UNSUPPORTED, EXIT_SYSTEM, "not supported here" },
    { E_CORRUPT,     EXIT_SYSTEM, "corrupt" },
    { E_FSYNC,       EXIT_SYSTEM, "durability in doubt" },
    { E_STOPPED,     EXIT_SYSTEM, "stopped after an earlier failure" },
    { E_INVALID,     EXIT_NO,     "does not verify" },
    { E_ERASED,      EXIT_NO,     "erased" },
    { E_REFUSED,     EXIT_NO,     "refused" },
    { E_REFUTED,     EXIT_NO,     "refuted" },
};
/* clang-format on */

static const struct meaning *meaning_of(status s)
{
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        if (meanings[i].code == s.code) return &meanings[i];
    }
    return NULL;
}

int status_exit(status s)
{
    const struct meaning *m = meaning_of(s);
    return m == NULL ? EXIT_SYSTEM : m->exit;
}

const char *status_text(status s)
{
    const struct meaning *m = meaning_of(s);
    return m == NULL ? "unknown error" : m->text;
}
