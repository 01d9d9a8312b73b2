/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "base/status.h"

/*
 * process: starting this very program anew in another role, with an address layout of its own, and
 * learning how it ended. A child gets the descriptors it is given and standard input, output and
 * error, nothing else; it is killed when its parent dies.
 */
enum {
    PROCESS_ARGUMENTS_MAX = 16,
    PROCESS_FDS_MAX = 16, /* descriptors a child may be given */
    PROCESS_FIRST_FD = 3, /* they appear in the child as 3, 4, … in the order given */
};

struct process {
    int pid;
    int fd; /* a pidfd, close-on-exec: readable once the process has ended, for loop_watch */
};

/* How a process ended. */
struct process_end {
    bool killed;
    int code; /* exit status, or the number of the signal if killed */
};

/*
 * pipe2, fork; in the child prctl(PR_SET_PDEATHSIG, SIGKILL), getppid, fcntl, dup2, close_range,
 * sigprocmask, execve("/proc/self/exe"); in the parent pidfd_open and a read that waits for the
 * exec. The same inode runs even if the file was replaced since. arguments: argv after the
 * program's name, NULL-terminated, for instance { "-P", "signer", NULL }. The environment is
 * inherited. A child dies with the *thread* that started it: call this from the main thread.
 * E_LIMIT for too many arguments or descriptors; other failures as in os/failed.h.
 */
status process_start(const char *const *arguments, const int *fds, size_t fd_count,
                     struct process *ret_process, struct fault *f);
/* waitid on the pidfd, then closes it: waits until the process has ended. Once per process. */
status process_wait(struct process *process, struct process_end *ret_end, struct fault *f);
/* pidfd_send_signal: never hits another process that got the same number since. OK if it has ended.
 */
status process_signal(const struct process *process, int signal_number, struct fault *f);
/* "exit status 3" or "signal 9 (Killed)", for messages. */
void process_end_text(struct process_end end, char *ret_text, size_t cap);
/* sched_getaffinity: how many processors this process may run on, at least 1. */
size_t process_cpus(void);
/* Memory of a process of this user that is resident now, from /proc; 0 if it is gone. */
uint64_t process_resident_bytes(int pid);
/* getrusage: the most memory that was resident at once so far. */
uint64_t process_peak_bytes(void);
