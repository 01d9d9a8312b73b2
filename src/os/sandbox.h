/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "base/status.h"

/*
 * sandbox: what a process gives up for good before it meets foreign bytes: system calls (seccomp),
 * paths and network (Landlock), core dumps, being traced, new privileges. A role is a table of
 * rows; what it does not list kills the process. What the kernel cannot do is reported, not fatal:
 * the level reached is shown by candor doctor and in the Transparency Center. Enter it in the main
 * thread before others are started: Landlock binds the calling thread only.
 */
enum { SANDBOX_CALLS_MAX = 192, SANDBOX_PATHS_MAX = 64 };

/* One system call that is allowed: always if mask is 0, else if the low 32 bits of its argument
 * number `argument` (0 to 5) under the mask are `value`. error: instead of allowing it, let it fail
 * with this errno. The first row that fits decides; hot calls first. */
struct sandbox_call {
    int number; /* SYS_… */
    uint8_t argument;
    uint32_t mask;
    uint32_t value;
    uint16_t error;
};

enum sandbox_access {
    SANDBOX_READ = 1u << 0,  /* read files, list folders */
    SANDBOX_WRITE = 1u << 1, /* write, make, cut, rename and remove below it */
    SANDBOX_RUN = 1u << 2,   /* start programs */
};

struct sandbox_path {
    const char *path; /* folder with everything below it, or one file; must exist */
    unsigned access;  /* enum sandbox_access */
};

enum sandbox_mode {
    SANDBOX_KILL,    /* a forbidden call kills the process: what ships */
    SANDBOX_EXPLAIN, /* it is named on standard error, then the process ends with status 159 */
    SANDBOX_OBSERVE, /* it is allowed and logged by the kernel: for sanitizers, which need calls of
                        their own */
};

struct sandbox {
    const struct sandbox_call *calls; /* beside those every process needs: see sandbox.c */
    size_t call_count;
    const struct sandbox_path *paths; /* nothing else can be opened; open descriptors stay usable */
    size_t path_count;
    bool threads;       /* may start threads */
    bool tcp;           /* may bind and connect TCP sockets, as far as Landlock decides */
    bool outside;       /* may signal processes outside, and reach their abstract sockets */
    uint64_t files_max; /* RLIMIT_NOFILE; 0: as it is */
    enum sandbox_mode mode;
};

/* What was reached. */
struct sandbox_level {
    bool no_new_privileges;
    bool no_dumps;    /* PR_SET_DUMPABLE 0 and RLIMIT_CORE 0 */
    bool calls;       /* seccomp kills */
    int landlock_abi; /* 0: this kernel has no Landlock */
    bool paths;
    bool tcp;     /* TCP is forbidden (ABI 4) */
    bool signals; /* no signals to, and no abstract sockets of, processes outside (ABI 6) */
};

/* setrlimit(CORE), prctl(DUMPABLE, NO_NEW_PRIVS): for every command that handles keys. */
status sandbox_harden(struct fault *f);
/* sandbox_harden, setrlimit(NOFILE), landlock_create_ruleset, open(O_PATH) and landlock_add_rule
 * for each path, landlock_restrict_self, seccomp. E_NOT_FOUND if a path is not there, E_LIMIT for
 * too many rows. After a failure the process may be confined in part: end it. */
status sandbox_enter(const struct sandbox *sandbox, struct sandbox_level *ret_level,
                     struct fault *f);
/* The ABI version of this kernel's Landlock, 0 if there is none. */
int sandbox_landlock_abi(void);
/* One line for people, such as "seccomp, Landlock 7 (paths, TCP, signals), no dumps". */
void sandbox_level_text(const struct sandbox_level *level, char *ret_text, size_t cap);
