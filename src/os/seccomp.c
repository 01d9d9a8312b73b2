/* SPDX-License-Identifier: Apache-2.0 */
#include "os/seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/bytes.h"
#include "os/failed.h"
#include "base/banned.h"

/*
 * The filter, in the kernel's classic BPF:
 *
 *     load architecture; another one than ours: kill
 *     per row:   load number; not the row's: next row
 *                [load argument; and mask; not the value: next row]
 *                allow, or fail with the row's errno
 *     what no row lists: the mode's action
 *
 * On x86-64 the x32 numbers (bit 30) are listed by no row. The kernel caches rows without arguments
 * in a bitmap, so the length of the table costs nothing per call.
 */
#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "the seccomp table knows x86-64 and arm64"
#endif

enum {
    ROW_INSTRUCTIONS_MAX = 6,
    COMMON_MAX = 64, /* rows of sandbox.c's own */
    PROGRAM_MAX = 8 + ROW_INSTRUCTIONS_MAX * (SANDBOX_CALLS_MAX + COMMON_MAX),
    EXPLAIN_STATUS = 159, /* 128 + SIGSYS */
    LOW_WORD = 0, /* offset of an argument's low 32 bits; both architectures: little-endian */
};
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "arguments are loaded by their low word");

#define ANY 0, 0, 0, 0
#define CALL_IF(name, argument, mask, value)                                                       \
    {                                                                                              \
        SYS_##name, (argument), (mask), (value), 0                                                 \
    }

/* What libc needs in any process: memory that is never executable, time, locks, ends. */
static const struct sandbox_call common[] = {
    { SYS_read, ANY },
    { SYS_write, ANY },
    { SYS_futex, ANY },
    { SYS_clock_gettime, ANY },
    { SYS_clock_nanosleep, ANY },
    { SYS_getrandom, ANY },
    { SYS_close, ANY },
    { SYS_fstat, ANY },
    { SYS_newfstatat, ANY },
    { SYS_lseek, ANY },
    CALL_IF(mmap, 2, PROT_EXEC, 0),
    CALL_IF(mprotect, 2, PROT_EXEC, 0),
    { SYS_munmap, ANY },
    { SYS_mremap, ANY },
    { SYS_madvise, ANY },
    { SYS_mlock, ANY },
    { SYS_munlock, ANY },
    { SYS_brk, ANY },
    { SYS_rt_sigreturn, ANY },
    { SYS_rt_sigprocmask, ANY },
    { SYS_rt_sigaction, ANY },
    { SYS_sigaltstack, ANY },
    { SYS_restart_syscall, ANY },
    { SYS_sched_yield, ANY },
    { SYS_sched_getaffinity, ANY },
    { SYS_sysinfo, ANY }, /* qsort of more than 1 KiB: how much memory there is, once */
    { SYS_getpid, ANY },
    { SYS_gettid, ANY },
    { SYS_exit, ANY },
    { SYS_exit_group, ANY },
};

/* Starting threads: clone only for threads; of clone3 the filter cannot see the flags, and libc
 * falls back to clone where the kernel does not know it. */
static const struct sandbox_call thread_calls[] = {
    CALL_IF(clone, 0, CLONE_THREAD, CLONE_THREAD),
    { SYS_clone3, 0, 0, 0, ENOSYS },
    { SYS_set_robust_list, ANY },
    { SYS_rseq, ANY },
};

struct program {
    struct sock_filter code[PROGRAM_MAX];
    unsigned short len;
};

static void emit(struct program *p, struct sock_filter instruction)
{
    assert(p->len < PROGRAM_MAX);
    p->code[p->len++] = instruction;
}

static void load(struct program *p, size_t offset)
{
    emit(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

/* Goes on if the loaded word is k, else jumps over `skip` instructions. */
static void unless_equal(struct program *p, uint32_t k, uint8_t skip)
{
    emit(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, 0, skip));
}

static void answer(struct program *p, uint32_t action)
{
    emit(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

static void emit_row(struct program *p, const struct sandbox_call *row)
{
    const uint32_t action = row->error == 0 ? SECCOMP_RET_ALLOW : SECCOMP_RET_ERRNO | row->error;
    load(p, offsetof(struct seccomp_data, nr));
    unless_equal(p, (uint32_t)row->number, row->mask == 0 ? 1 : 4);
    if (row->mask != 0) {
        load(p, offsetof(struct seccomp_data, args) + 8u * row->argument + LOW_WORD);
        emit(p, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, row->mask));
        unless_equal(p, row->value, 1);
    }
    answer(p, action);
}

static void emit_rows(struct program *p, const struct sandbox_call *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        emit_row(p, &rows[i]);
}

/* Runs in the thread that made the forbidden call, when the mode is SANDBOX_EXPLAIN. */
static void explain(int, siginfo_t *info, void *)
{
    char text[96];
    const int len =
        snprintf(text, sizeof text, "candor: forbidden system call %d\n", info->si_syscall);
    if (len > 0 && write(STDERR_FILENO, text, (size_t)len) < 0) _exit(EXPLAIN_STATUS);
    _exit(EXPLAIN_STATUS);
}

static uint32_t action_of(enum sandbox_mode mode)
{
    static const uint32_t actions[] = { [SANDBOX_KILL] = SECCOMP_RET_KILL_PROCESS,
                                        [SANDBOX_EXPLAIN] = SECCOMP_RET_TRAP,
                                        [SANDBOX_OBSERVE] = SECCOMP_RET_LOG };
    return actions[mode];
}

static void build(struct program *p, const struct sandbox *s)
{
    /* An assertion that fails raises a signal for the own process, and for no other. */
    const struct sandbox_call abort_only = CALL_IF(tgkill, 0, UINT32_MAX, (uint32_t)getpid());
    load(p, offsetof(struct seccomp_data, arch));
    emit(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0));
    answer(p, SECCOMP_RET_KILL_PROCESS);
    emit_rows(p, s->calls, s->call_count);
    emit_rows(p, common, COUNT_OF(common));
    if (s->threads) emit_rows(p, thread_calls, COUNT_OF(thread_calls));
    emit_row(p, &abort_only);
    answer(p, action_of(s->mode));
}

status seccomp_enter(const struct sandbox *sandbox, struct fault *f)
{
    static_assert(COUNT_OF(common) + COUNT_OF(thread_calls) + 1 <= COMMON_MAX, "they fit");
    if (sandbox->call_count > SANDBOX_CALLS_MAX) {
        return fault_set(f, FAIL(E_LIMIT), "more than %d system calls in a role",
                         SANDBOX_CALLS_MAX);
    }
    if (sandbox->mode == SANDBOX_EXPLAIN &&
        sigaction(SIGSYS, &(struct sigaction){ .sa_sigaction = explain, .sa_flags = SA_SIGINFO },
                  NULL) != 0) {
        return failed_os(f, errno, "explain", "forbidden system calls");
    }
    struct program program = { .len = 0 };
    build(&program, sandbox);
    const struct sock_fprog filter = { .len = program.len, .filter = program.code };
    const long result =
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter);
    if (result == 0) return OK;
    return failed_os(f, result > 0 ? EBUSY : errno, "restrict", "system calls");
}
