/* SPDX-License-Identifier: Apache-2.0 */
#include "os/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/bytes.h"
#include "os/failed.h"
#include "base/banned.h"

/*
 * The rights that the headers of Debian 12 (ABI 2) do not name yet, by their numbers in the
 * kernel's Documentation/userspace-api/landlock.rst. A kernel is only given what its ABI knows.
 */
enum {
    ABI_REFER = 2,
    ABI_TRUNCATE = 3,
    ABI_TCP = 4,
    ABI_IOCTL = 5,
    ABI_SCOPES = 6,
};

static const uint64_t right_truncate = 1u << 14;
static const uint64_t right_ioctl = 1u << 15;
static const uint64_t tcp_rights = 1u << 0 | 1u << 1;   /* bind, connect */
static const uint64_t scope_rights = 1u << 0 | 1u << 1; /* abstract Unix sockets, signals */

static const uint64_t read_rights = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
static const uint64_t write_rights = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
                                     LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
                                     LANDLOCK_ACCESS_FS_REFER | 1u << 14 /* truncate */;
/* Rights that the kernel accepts for a file that is no folder. */
static const uint64_t file_rights = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                    LANDLOCK_ACCESS_FS_EXECUTE | 1u << 14 /* truncate */;

/* As in the kernel since ABI 6; older ones are given a shorter size. */
struct ruleset {
    uint64_t files;
    uint64_t tcp;
    uint64_t scopes;
};

int sandbox_landlock_abi(void)
{
    const long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return abi < 0 ? 0 : (int)abi;
}

/* Everything that this ABI can forbid about files: all rights of ABI 1, and the later ones it
 * knows. */
static uint64_t known_rights(int abi)
{
    uint64_t rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
    if (abi >= ABI_REFER) rights |= LANDLOCK_ACCESS_FS_REFER;
    if (abi >= ABI_TRUNCATE) rights |= right_truncate;
    if (abi >= ABI_IOCTL) rights |= right_ioctl;
    return rights;
}

static status allow(int ruleset, const struct sandbox_path *path, uint64_t known, struct fault *f)
{
    struct stat about = { 0 };
    struct landlock_path_beneath_attr rule = { 0 };
    rule.parent_fd = open(path->path, O_PATH | O_CLOEXEC);
    if (rule.parent_fd < 0) return failed_os(f, errno, "allow", path->path);
    if ((path->access & SANDBOX_READ) != 0) rule.allowed_access |= read_rights;
    if ((path->access & SANDBOX_WRITE) != 0) rule.allowed_access |= write_rights;
    if ((path->access & SANDBOX_RUN) != 0) rule.allowed_access |= LANDLOCK_ACCESS_FS_EXECUTE;
    rule.allowed_access &= known;
    long result = fstat(rule.parent_fd, &about);
    if (!S_ISDIR(about.st_mode)) rule.allowed_access &= file_rights;
    if (result == 0) {
        result = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    }
    const int error = errno;
    close(rule.parent_fd);
    return result == 0 ? OK : failed_os(f, error, "allow", path->path);
}

static status restrict_to(int ruleset, const struct sandbox *s, uint64_t known, struct fault *f)
{
    for (size_t i = 0; i < s->path_count; i++)
        TRY(allow(ruleset, &s->paths[i], known, f));
    if (syscall(SYS_landlock_restrict_self, ruleset, 0) == 0) return OK;
    return failed_os(f, errno, "restrict", "paths");
}

status landlock_enter(const struct sandbox *sandbox, struct sandbox_level *level, struct fault *f)
{
    if (sandbox->path_count > SANDBOX_PATHS_MAX) {
        return fault_set(f, FAIL(E_LIMIT), "more than %d paths in a role", SANDBOX_PATHS_MAX);
    }
    const int abi = sandbox_landlock_abi();
    if (abi == 0) return OK;
    const struct ruleset rules = { .files = known_rights(abi),
                                   .tcp = sandbox->tcp || abi < ABI_TCP ? 0 : tcp_rights,
                                   .scopes =
                                       abi < ABI_SCOPES || sandbox->outside ? 0 : scope_rights };
    const size_t size = abi >= ABI_SCOPES ? sizeof rules : abi >= ABI_TCP ? 16 : 8;
    const int ruleset = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
    if (ruleset < 0) return failed_os(f, errno, "restrict", "paths");
    const status s = restrict_to(ruleset, sandbox, rules.files, f);
    close(ruleset);
    TRY(s);
    level->landlock_abi = abi;
    level->paths = true;
    level->tcp = rules.tcp != 0;
    level->signals = rules.scopes != 0;
    return OK;
}
