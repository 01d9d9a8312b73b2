/* SPDX-License-Identifier: Apache-2.0 */
#include "os/sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/cm.h"

/*
 * Each case runs in a forked child that enters a sandbox and then really tries something: the child
 * must end as expected, killed by SIGSYS or with the status that the attempt returned.
 */
enum { CANNOT_ENTER = 120 };
#define ANY 0, 0, 0, 0

static struct sandbox_level level;
static struct fault fault;

static int end_of(const struct sandbox *sandbox, int (*attempt)(void))
{
    const pid_t child = fork();
    if (child == 0) {
        if (sandbox_enter(sandbox, &level, &fault).code != E_OK) {
            fprintf(stderr, "# %s\n", fault.text);
            _exit(CANNOT_ENTER);
        }
        _exit(attempt());
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    return WIFSIGNALED(how) ? -WTERMSIG(how) : WEXITSTATUS(how);
}

static int try_nothing(void)
{
    return 7;
}

static int try_exec(void)
{
    execl("/bin/true", "true", NULL);
    return errno;
}

static int try_fork(void)
{
    return syscall(SYS_fork) < 0 ? errno : 0;
}

static int try_ptrace(void)
{
    return syscall(SYS_ptrace, 0, 0, 0, 0) < 0 ? errno : 0;
}

static int try_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0;
}

static int try_open(void)
{
    return open("/etc/passwd", O_RDONLY) < 0 ? errno : 0;
}

static int try_executable_map(void)
{
    void *at = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return at == MAP_FAILED ? errno : 0;
}

static int try_make_executable(void)
{
    void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return at == MAP_FAILED ? 1 : mprotect(at, 4096, PROT_READ | PROT_EXEC) == 0 ? 0 : 2;
}

static int try_kill_parent(void)
{
    return kill(getppid(), 0) == 0 ? 0 : errno;
}

static int try_signal_parent(void)
{
    return syscall(SYS_tgkill, getppid(), getppid(), 0) == 0 ? 0 : errno;
}

static int try_x32(void)
{
    return syscall(SYS_read | 0x40000000, -1, NULL, 0) < 0 ? errno : 0;
}

static int try_unix_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? errno : 0;
}

static int try_uid(void)
{
    return syscall(SYS_getuid) < 0 ? errno : 0;
}

static void what_is_not_listed_kills(void **)
{
    static int (*const forbidden[])(
        void) = { try_exec,        try_fork,           try_ptrace, try_socket,
                  try_open,        try_executable_map, try_uid,    try_make_executable,
                  try_kill_parent, try_signal_parent,  try_x32 };
    const struct sandbox none = { 0 };
    assert_int_equal(end_of(&none, try_nothing), 7);
    for (size_t i = 0; i < COUNT_OF(forbidden); i++) {
        assert_int_equal(end_of(&none, forbidden[i]), -SIGSYS);
    }
}

static int try_abort(void)
{
    sigaction(SIGABRT, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
    abort();
}

static void what_is_listed_works(void **)
{
    static const struct sandbox_call calls[] = {
        { SYS_getuid, ANY },
        { SYS_socket, 0, UINT32_MAX, AF_UNIX, 0 },
        { SYS_socket, 0, 0, 0, EAFNOSUPPORT },
    };
    const struct sandbox role = { .calls = calls, .call_count = COUNT_OF(calls) };
    assert_int_equal(end_of(&role, try_uid), 0);
    assert_int_equal(end_of(&role, try_unix_socket), 0);
    assert_int_equal(end_of(&role, try_socket), EAFNOSUPPORT);
    assert_int_equal(end_of(&role, try_abort), -SIGABRT); /* an assertion is not hidden */
}

static void *thread_main(void *with)
{
    return with;
}

static int try_thread(void)
{
    pthread_t thread;
    void *result = NULL;
    if (pthread_create(&thread, NULL, thread_main, &fault) != 0) return 1;
    return pthread_join(thread, &result) == 0 && result == &fault ? 0 : 2;
}

static void threads_are_allowed_apart_from_processes(void **)
{
    const struct sandbox role = { .threads = true }, none = { 0 };
    assert_int_equal(end_of(&role, try_thread), 0);
    assert_int_equal(end_of(&role, try_fork), -SIGSYS);
    assert_int_equal(end_of(&none, try_thread), -SIGSYS);
}

static void a_forbidden_call_can_be_named(void **)
{
    int ends[2];
    char text[128] = "", want[64];
    assert_int_equal(pipe(ends), 0);
    const int saved = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO); /* the child inherits it */
    const struct sandbox role = { .mode = SANDBOX_EXPLAIN };
    const int end = end_of(&role, try_uid);
    dup2(saved, STDERR_FILENO);
    assert_int_equal(end, 159);
    assert_true(read(ends[0], text, sizeof text - 1) > 0);
    snprintf(want, sizeof want, "forbidden system call %d", SYS_getuid);
    assert_non_null(strstr(text, want));
    const struct sandbox observed = { .mode = SANDBOX_OBSERVE };
    assert_int_equal(end_of(&observed, try_uid), 0);
    close(ends[0]);
    close(ends[1]);
    close(saved);
}

static int check_hardening(void)
{
    struct rlimit core = { 1, 1 }, files = { 0 };
    if (prctl(PR_GET_DUMPABLE) != 0) return 1;
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) return 2;
    if (getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_max != 0) return 3;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_max != 50) return 4;
    if (!level.no_dumps || !level.no_new_privileges) return 5;
    return level.calls ? 6 : 0;
}

static void dumps_and_privileges_are_gone(void **)
{
    const struct sandbox role = { .files_max = 50, .mode = SANDBOX_OBSERVE };
    assert_int_equal(end_of(&role, check_hardening), 0);
}

/* Landlock: the calls themselves are allowed here, so that the paths decide. */
static const struct sandbox_call file_calls[] = {
    { SYS_openat, ANY },    { SYS_unlinkat, ANY }, { SYS_mkdirat, ANY },    { SYS_renameat, ANY },
    { SYS_ftruncate, ANY }, { SYS_socket, ANY },   { SYS_bind, ANY },       { SYS_kill, ANY },
    { SYS_getppid, ANY },   { SYS_getuid, ANY },   { SYS_setsockopt, ANY }, { SYS_prlimit64, ANY },
};
static char inside[128], read_only[128], outside[128], one_file[160];

static int errno_of(int result)
{
    return result >= 0 ? 0 : errno;
}

static int open_in(const char *folder, const char *name, int flags)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return errno_of(openat(AT_FDCWD, path, flags, 0600));
}

static int try_paths(void)
{
    if (open_in(inside, "new", O_RDWR | O_CREAT) != 0) return 1;
    if (open_in(inside, "new", O_RDONLY) != 0) return 2;
    if (open_in(read_only, "file", O_RDONLY) != 0) return 3;
    if (open_in(read_only, "file", O_RDWR) != EACCES) return 4;
    if (open_in(read_only, "new", O_RDWR | O_CREAT) != EACCES) return 5;
    if (open_in(outside, "file", O_RDONLY) != EACCES) return 6;
    if (errno_of(openat(AT_FDCWD, one_file, O_RDONLY)) != 0) return 7;
    if (errno_of(openat(AT_FDCWD, one_file, O_RDWR)) != EACCES) return 8;
    if (errno_of(openat(AT_FDCWD, "/etc/passwd", O_RDONLY)) != EACCES) return 9;
    if (errno_of(unlinkat(AT_FDCWD, one_file, 0)) != EACCES) return 10;
    char renamed[160], name[160];
    snprintf(name, sizeof name, "%s/new", inside);
    snprintf(renamed, sizeof renamed, "%s/newer", inside);
    if (errno_of(renameat(AT_FDCWD, name, AT_FDCWD, renamed)) != 0) return 11;
    if (errno_of(unlinkat(AT_FDCWD, renamed, 0)) != 0) return 12;
    return level.paths ? 0 : 13;
}

static int try_bind(void)
{
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    const struct sockaddr_in here = { .sin_family = AF_INET,
                                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    const int error = errno_of(bind(fd, (const struct sockaddr *)&here, sizeof here));
    if (level.landlock_abi < 4) return level.tcp ? 1 : 0;
    return error == (level.tcp ? EACCES : 0) ? 0 : 2;
}

static int try_signal(void)
{
    const int error = errno_of(kill(getppid(), 0));
    return level.signals ? error == EPERM ? 0 : 1 : 0;
}

static void make_folder(char *ret_path, size_t cap)
{
    char file[256];
    snprintf(ret_path, cap, "%s", test_folder());
    snprintf(file, sizeof file, "%s/file", ret_path);
    const int fd = open(file, O_RDWR | O_CREAT, 0600);
    assert_true(fd >= 0);
    close(fd);
}

static void paths_tcp_and_signals_are_limited(void **)
{
    if (sandbox_landlock_abi() == 0) {
        print_message("skipped: this kernel has no Landlock\n");
        skip();
    }
    make_folder(inside, sizeof inside);
    make_folder(read_only, sizeof read_only);
    make_folder(outside, sizeof outside);
    snprintf(one_file, sizeof one_file, "%s/file", read_only);
    const struct sandbox_path paths[] = { { inside, SANDBOX_READ | SANDBOX_WRITE },
                                          { read_only, SANDBOX_READ },
                                          { one_file, SANDBOX_READ } };
    struct sandbox role = { .calls = file_calls,
                            .call_count = COUNT_OF(file_calls),
                            .paths = paths,
                            .path_count = COUNT_OF(paths) };
    assert_int_equal(end_of(&role, try_paths), 0);
    assert_int_equal(end_of(&role, try_bind), 0);
    assert_int_equal(end_of(&role, try_signal), 0);
    role.tcp = true;
    assert_int_equal(end_of(&role, try_bind), 0);
}

static void a_missing_path_or_too_many_rows_are_refused(void **)
{
    static const struct sandbox_path nowhere[] = { { "/nowhere/at/all", SANDBOX_READ } };
    static const struct sandbox_call many[SANDBOX_CALLS_MAX + 1];
    const struct sandbox lost = { .paths = nowhere, .path_count = 1 };
    const struct sandbox wide = { .calls = many, .call_count = COUNT_OF(many) };
    const struct sandbox full = { .calls = many, .call_count = SANDBOX_CALLS_MAX };
    if (sandbox_landlock_abi() != 0) assert_int_equal(end_of(&lost, try_nothing), CANNOT_ENTER);
    assert_int_equal(end_of(&wide, try_nothing), CANNOT_ENTER);
    assert_int_equal(end_of(&full, try_nothing), 7);
}

static void the_level_is_said_in_words(void **)
{
    char text[160];
    const struct sandbox_level all = { true, true, true, 7, true, true, true }, none = { 0 };
    sandbox_level_text(&all, text, sizeof text);
    assert_string_equal(text,
                        "seccomp, Landlock 7 (paths, TCP, signals), no dumps, no new privileges");
    sandbox_level_text(&none, text, sizeof text);
    assert_string_equal(text, "no seccomp, no Landlock, dumps possible, new privileges possible");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_listed_kills),
        cmocka_unit_test(what_is_listed_works),
        cmocka_unit_test(threads_are_allowed_apart_from_processes),
        cmocka_unit_test(a_forbidden_call_can_be_named),
        cmocka_unit_test(dumps_and_privileges_are_gone),
        cmocka_unit_test(paths_tcp_and_signals_are_limited),
        cmocka_unit_test(a_missing_path_or_too_many_rows_are_refused),
        cmocka_unit_test(the_level_is_said_in_words),
    };
    return cmocka_run_group_tests_name("os/sandbox", tests, NULL, NULL);
}
