/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/scribe_confine.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cmd/node/confine.h"
#include "os/user.h"
#include "tests/cm.h"

/*
 * Each case runs in a forked child that gives up what the scribe gives up, and then really tries
 * something. The folder of the node is one of its own.
 */
enum { CANNOT_ENTER = 120 };

static char dir[] = "/tmp/candor-scribe-XXXXXX";

/* How the child ended: its status, or minus the signal. all: both steps, else the first alone. */
static int end_of(bool all, int (*attempt)(void))
{
    const pid_t child = fork();
    if (child == 0) {
        struct sandbox_level level = {};
        struct fault f = {};
        status s = scribe_confine_files(dir, &level, &f);
        if (s.code == E_OK && all) s = scribe_confine_calls(&level, &f);
        _exit(s.code == E_OK ? attempt() : CANNOT_ENTER);
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    return WIFSIGNALED(how) ? -WTERMSIG(how) : WEXITSTATUS(how);
}

static int try_internet(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0;
}

static int try_internet_6(void)
{
    return socket(AF_INET6, SOCK_DGRAM, 0) < 0 ? errno : 0;
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

static int try_trace(void)
{
    return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) < 0 ? errno : 0;
}

static int try_listen(void)
{
    return listen(0, 1) < 0 ? errno : 0;
}

static int try_link(void)
{
    return symlink("/etc/passwd", "/tmp/never") < 0 ? errno : 0;
}

static int open_in(const char *folder)
{
    char path[128];
    snprintf(path, sizeof path, "%s/file", folder);
    const int fd = open(path, O_CREAT | O_WRONLY, 0600);
    return fd < 0 ? errno : 0;
}

static int try_own_folder(void)
{
    return open_in(dir);
}

static int try_other_folder(void)
{
    return open_in("/tmp");
}

static int try_name(void)
{
    const struct user_names nobody = { .is_asked = true };
    char name[USER_NAME_MAX + 1] = "";
    user_names_of(&nobody, 1, name);
    return strcmp(name, "daemon") == 0 || strcmp(name, "1") == 0 ? 0 : 1;
}

static void *nothing(void *with)
{
    return with;
}

static int try_thread(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, nothing, NULL) != 0) return 1;
    return pthread_join(thread, NULL);
}

static void what_the_scribe_never_does_kills_it(void **)
{
    static int (*const attempts[])(void) = { try_internet, try_internet_6, try_exec, try_fork,
                                             try_trace,    try_listen,     try_link };
    if (ROLE_SANDBOX_MODE != SANDBOX_KILL) skip();
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++)
        assert_int_equal(end_of(true, attempts[i]), -SIGSYS);
}

static void what_it_does_it_can(void **)
{
    assert_int_equal(end_of(true, try_own_folder), 0);
    assert_int_equal(end_of(true, try_thread), 0);
    assert_int_equal(end_of(true, try_name), 0);
    assert_int_equal(end_of(false, try_exec), 0);
    assert_int_equal(end_of(false, try_internet), 0);
}

static void it_writes_below_its_folder_alone(void **)
{
    if (sandbox_landlock_abi() == 0) skip();
    assert_int_equal(end_of(false, try_other_folder), EACCES);
    assert_int_equal(end_of(true, try_other_folder), EACCES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_scribe_never_does_kills_it),
        cmocka_unit_test(what_it_does_it_can),
        cmocka_unit_test(it_writes_below_its_folder_alone),
    };
    if (mkdtemp(dir) == NULL) return 1;
    const int failed = cmocka_run_group_tests_name("cmd/scribe_confine", tests, NULL, NULL);
    char path[128];
    snprintf(path, sizeof path, "%s/file", dir);
    unlink(path);
    rmdir(dir);
    return failed;
}
