/* SPDX-License-Identifier: Apache-2.0 */
#include "os/process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/bytes.h"
#include "base/num.h"
#include "os/failed.h"
#include "os/file.h"
#include "base/banned.h"

enum {
    ABOVE_FDS = 256, /* first number for copies while descriptors are put in their places */
    EXIT_NO_EXEC = 127,
    PROC_BYTES_MAX = 1024, /* of a line in /proc */
};

struct child {
    const char *arguments[PROCESS_ARGUMENTS_MAX + 2]; /* the program's name and the final NULL */
    int fds[PROCESS_FDS_MAX];
    size_t fd_count;
    int report; /* write end: errno of what failed before the exec */
    pid_t parent;
};

static void default_signals(void)
{
    sigset_t none;
    sigemptyset(&none);
    for (int i = 1; i < NSIG; i++) {
        sigaction(i, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL); /* SIGKILL just fails */
    }
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* First out of the way of each other, then to their places. dup2 clears close-on-exec. */
static bool place_fds(struct child *c)
{
    c->report = fcntl(c->report, F_DUPFD_CLOEXEC, ABOVE_FDS);
    if (c->report < 0) return false;
    for (size_t i = 0; i < c->fd_count; i++) {
        c->fds[i] = fcntl(c->fds[i], F_DUPFD_CLOEXEC, ABOVE_FDS);
        if (c->fds[i] < 0) return false;
    }
    for (size_t i = 0; i < c->fd_count; i++) {
        if (dup2(c->fds[i], PROCESS_FIRST_FD + (int)i) < 0) return false;
    }
    const unsigned first_other = PROCESS_FIRST_FD + (unsigned)c->fd_count;
    return close_range(first_other, ~0u, CLOSE_RANGE_CLOEXEC) == 0;
}

/* Between fork and exec only calls that are safe in a signal handler: other threads of the parent
 * may have held any lock at the moment of the fork. */
static _Noreturn void become(struct child *c)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == c->parent && place_fds(c)) {
        default_signals();
        execve("/proc/self/exe", (char *const *)(uintptr_t)c->arguments, environ);
    }
    const int error = errno;
    ssize_t written = 0;
    do {
        written = write(c->report, &error, sizeof error);
    } while (written < 0 && errno == EINTR);
    _exit(EXIT_NO_EXEC);
}

/* The errno of a child that could not start, or 0 once its exec has closed the pipe. */
static int await_exec(int report)
{
    int error = 0;
    for (;;) {
        const ssize_t got = read(report, &error, sizeof error);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno;
        return got == (ssize_t)sizeof error ? error : 0;
    }
}

static status start(struct child *c, int report, struct process *ret_process, struct fault *f)
{
    const pid_t pid = fork();
    if (pid == 0) become(c);
    const int fork_error = errno;
    close(c->report);
    if (pid < 0) return failed_os(f, fork_error, "start", "a process");
    const int fd = pidfd_open(pid, 0);
    const int error = fd < 0 ? errno : await_exec(report);
    if (error == 0) {
        *ret_process = (struct process){ .pid = pid, .fd = fd };
        return OK;
    }
    if (fd >= 0) close(fd);
    kill(pid, SIGKILL); /* not yet waited for, so the number is still its own */
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    return failed_os(f, error, "start", c->arguments[1] == NULL ? "a process" : "a role");
}

status process_start(const char *const *arguments, const int *fds, size_t fd_count,
                     struct process *ret_process, struct fault *f)
{
    struct child c = { .arguments = { "candor" }, .fd_count = fd_count, .parent = getpid() };
    size_t count = 0;
    while (count < PROCESS_ARGUMENTS_MAX && arguments[count] != NULL) {
        c.arguments[count + 1] = arguments[count];
        count++;
    }
    if (arguments[count] != NULL || fd_count > PROCESS_FDS_MAX) {
        return fault_set(f, FAIL(E_LIMIT), "cannot start a process: too many arguments or files");
    }
    for (size_t i = 0; i < fd_count; i++)
        c.fds[i] = fds[i];
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return failed_os(f, errno, "make", "a pipe");
    c.report = ends[1];
    const status s = start(&c, ends[0], ret_process, f);
    close(ends[0]);
    return s;
}

status process_wait(struct process *process, struct process_end *ret_end, struct fault *f)
{
    siginfo_t info = { 0 };
    while (waitid(P_PIDFD, (id_t)process->fd, &info, WEXITED) != 0) {
        if (errno != EINTR) return failed_os(f, errno, "wait for", "a process");
    }
    close(process->fd);
    process->fd = -1;
    *ret_end = (struct process_end){ .killed = info.si_code != CLD_EXITED, .code = info.si_status };
    return OK;
}

status process_signal(const struct process *process, int signal_number, struct fault *f)
{
    if (pidfd_send_signal(process->fd, signal_number, NULL, 0) == 0 || errno == ESRCH) return OK;
    return failed_os(f, errno, "signal", "a process");
}

void process_end_text(struct process_end end, char *ret_text, size_t cap)
{
    const char *name = end.killed ? sigdescr_np(end.code) : NULL;
    if (!end.killed) snprintf(ret_text, cap, "exit status %d", end.code);
    if (end.killed) snprintf(ret_text, cap, "signal %d (%s)", end.code, name == NULL ? "?" : name);
}

size_t process_cpus(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1; /* more than 1,024 of them */
    const int count = CPU_COUNT(&set);
    return count < 1 ? 1 : (size_t)count;
}

uint64_t process_peak_bytes(void)
{
    struct rusage usage = {};
    if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
    return (uint64_t)usage.ru_maxrss * 1024;
}

uint64_t process_resident_bytes(int pid)
{
    char path[64];
    struct fault unused;
    uint8_t *text = NULL;
    size_t len = 0;
    uint64_t pages = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", pid);
    if (file_load(NULL, path, PROC_BYTES_MAX, &text, &len, &unused).code != E_OK) return 0;
    const uint8_t *space = memchr(text, ' ', len); /* size resident shared … */
    slice rest = slice_from((slice){ text, len }, space == NULL ? len : (size_t)(space - text) + 1);
    const uint8_t *end = memchr(rest.at, ' ', rest.len);
    if (end != NULL) rest.len = (size_t)(end - rest.at);
    const status s = num_parse_u64(rest, &pages);
    free(text);
    return s.code == E_OK ? pages * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}
