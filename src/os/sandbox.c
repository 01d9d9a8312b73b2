/* SPDX-License-Identifier: Apache-2.0 */
#include "os/sandbox.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include "os/failed.h"
#include "os/landlock.h"
#include "os/seccomp.h"
#include "base/banned.h"

status sandbox_harden(struct fault *f)
{
    const struct rlimit none = { 0 };
    if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
        return failed_os(f, errno, "forbid", "core dumps");
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return failed_os(f, errno, "forbid", "new privileges");
    return OK;
}

static status limit_files(uint64_t files_max, struct fault *f)
{
    const struct rlimit limit = { .rlim_cur = files_max, .rlim_max = files_max };
    if (files_max == 0 || setrlimit(RLIMIT_NOFILE, &limit) == 0) return OK;
    return failed_os(f, errno, "limit", "open files");
}

status sandbox_enter(const struct sandbox *sandbox, struct sandbox_level *ret_level,
                     struct fault *f)
{
    struct sandbox_level level = { .no_new_privileges = true, .no_dumps = true };
    TRY(sandbox_harden(f));
    TRY(limit_files(sandbox->files_max, f));
    TRY(landlock_enter(sandbox, &level, f));
    const status s = seccomp_enter(sandbox, f);
    if (s.code != E_OK && s.code != E_UNSUPPORTED) return s;
    level.calls = s.code == E_OK && sandbox->mode != SANDBOX_OBSERVE;
    *ret_level = level;
    return OK;
}

void sandbox_level_text(const struct sandbox_level *level, char *ret_text, size_t cap)
{
    char landlock[64] = "no Landlock";
    if (level->landlock_abi != 0) {
        snprintf(landlock, sizeof landlock, "Landlock %d (paths%s%s)", level->landlock_abi,
                 level->tcp ? ", TCP" : "", level->signals ? ", signals" : "");
    }
    snprintf(ret_text, cap, "%s, %s, %s, %s", level->calls ? "seccomp" : "no seccomp", landlock,
             level->no_dumps ? "no dumps" : "dumps possible",
             level->no_new_privileges ? "no new privileges" : "new privileges possible");
}
