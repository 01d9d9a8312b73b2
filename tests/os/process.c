/* SPDX-License-Identifier: Apache-2.0 */
#include "os/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "os/socket.h"
#include "tests/cm.h"

/*
 * The program starts itself: with "-P ROLE" it is one of the children below.
 */
static struct fault fault;

static int start_child(const char *role, const char *argument, const int *fds, size_t count,
                       struct process *ret)
{
    const char *const arguments[] = { "-P", role, argument, NULL };
    return process_start(arguments, fds, count, ret, &fault).code;
}

static int role_exit(const char *argument)
{
    return atoi(argument);
}

static int role_sleep(const char *)
{
    while (pause() != 0)
        continue;
    return 0;
}

/* Writes the numbers of its open descriptors, and which signals it blocks or ignores, to
 * descriptor 4. */
static int role_report(const char *)
{
    char text[512] = "";
    DIR *open = opendir("/proc/self/fd");
    for (const struct dirent *e = readdir(open); e != NULL; e = readdir(open)) {
        const int fd = atoi(e->d_name);
        if (e->d_name[0] == '.' || fd == dirfd(open)) continue;
        snprintf(text + strlen(text), sizeof text - strlen(text), "%d ", fd);
    }
    closedir(open);
    sigset_t blocked;
    struct sigaction on_pipe = { 0 };
    sigprocmask(SIG_BLOCK, NULL, &blocked);
    sigaction(SIGPIPE, NULL, &on_pipe);
    snprintf(text + strlen(text), sizeof text - strlen(text), "%s %s",
             sigismember(&blocked, SIGTERM) ? "blocked" : "open",
             on_pipe.sa_handler == SIG_IGN ? "ignored" : "default");
    return write(4, text, strlen(text)) > 0 ? 0 : 1;
}

static int role_address(const char *)
{
    char text[32];
    snprintf(text, sizeof text, "%p", (void *)(uintptr_t)&role_address);
    return write(3, text, strlen(text)) > 0 ? 0 : 1;
}

/* Starts a sleeper, tells its number and then dies. */
static int role_orphan(const char *)
{
    struct process child = { .fd = -1 };
    if (start_child("sleep", "", NULL, 0, &child) != E_OK) return 1;
    if (write(3, &child.pid, sizeof child.pid) < 0) return 2;
    return role_sleep("");
}

static int role(const char *name, const char *argument)
{
    static const struct {
        const char *name;
        int (*run)(const char *argument);
    } roles[] = { { "exit", role_exit },
                  { "sleep", role_sleep },
                  { "report", role_report },
                  { "address", role_address },
                  { "orphan", role_orphan } };
    for (size_t i = 0; i < COUNT_OF(roles); i++) {
        if (strcmp(roles[i].name, name) == 0) return roles[i].run(argument);
    }
    return 99;
}

static void read_text(int fd, char *text, size_t cap)
{
    const ssize_t len = read(fd, text, cap - 1);
    assert_true(len >= 0);
    text[len] = '\0';
}

static void an_exit_status_comes_back(void **)
{
    static const char *const codes[] = { "0", "1", "42", "255" };
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        struct process child = { .fd = -1 };
        struct process_end end = { .killed = true };
        char text[64];
        assert_int_equal(start_child("exit", codes[i], NULL, 0, &child), E_OK);
        assert_ok(process_wait(&child, &end, &fault));
        assert_false(end.killed);
        assert_int_equal(end.code, atoi(codes[i]));
        process_end_text(end, text, sizeof text);
        assert_memory_equal(text, "exit status ", 12);
        assert_int_equal(child.fd, -1);
    }
}

static void a_killed_child_says_by_what(void **)
{
    struct process child = { .fd = -1 };
    struct process_end end = { 0 };
    char text[64];
    assert_int_equal(start_child("sleep", "", NULL, 0, &child), E_OK);
    assert_ok(process_signal(&child, SIGTERM, &fault));
    assert_ok(process_wait(&child, &end, &fault));
    assert_true(end.killed);
    assert_int_equal(end.code, SIGTERM);
    process_end_text(end, text, sizeof text);
    assert_string_equal(text, "signal 15 (Terminated)");
}

static void a_child_gets_its_descriptors_and_nothing_else(void **)
{
    int ends[2], stray = open("/dev/null", O_RDONLY); /* not close-on-exec */
    assert_ok(socket_pair(ends, &fault));
    const int fds[] = { ends[1], ends[1], stray };
    struct process child = { .fd = -1 };
    struct process_end end = { 0 };
    char text[512];
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
    sigaction(SIGPIPE, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL);
    assert_int_equal(start_child("report", "", fds, 3, &child), E_OK);
    read_text(ends[0], text, sizeof text);
    assert_string_equal(text, "0 1 2 3 4 5 open default");
    assert_ok(process_wait(&child, &end, &fault));
    sigprocmask(SIG_UNBLOCK, &term, NULL);
    for (size_t i = 0; i < 2; i++)
        close(ends[i]);
    close(stray);
}

static void descriptors_that_stand_in_each_others_place_arrive(void **)
{
    int low[2];
    assert_ok(socket_pair(low, &fault));
    const int three = dup2(low[0], 3), four = dup2(low[1], 4); /* and now swapped */
    const int swapped[] = { four, three };
    struct process child = { .fd = -1 };
    struct process_end end = { 0 };
    char text[512] = "";
    assert_int_equal(start_child("report", "", swapped, 2, &child), E_OK);
    read_text(low[1], text, sizeof text); /* the child's 4 is our 3, whose other end is low[1] */
    assert_string_equal(text, "0 1 2 3 4 open default");
    assert_ok(process_wait(&child, &end, &fault));
}

static void each_start_has_its_own_address_layout(void **)
{
    char first[32] = "", next[32] = "";
    bool differs = false;
    for (int i = 0; i < 8; i++) {
        int ends[2];
        struct process child = { .fd = -1 };
        struct process_end end = { 0 };
        assert_ok(socket_pair(ends, &fault));
        assert_int_equal(start_child("address", "", &ends[1], 1, &child), E_OK);
        read_text(ends[0], i == 0 ? first : next, sizeof first);
        differs = differs || (i != 0 && strcmp(first, next) != 0);
        assert_ok(process_wait(&child, &end, &fault));
        close(ends[0]);
        close(ends[1]);
    }
    assert_true(differs);
}

static void children_die_with_their_parent(void **)
{
    int ends[2], grandchild = 0, how = 0;
    struct process child = { .fd = -1 };
    struct process_end end = { 0 };
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    assert_ok(socket_pair(ends, &fault));
    assert_int_equal(start_child("orphan", "", &ends[1], 1, &child), E_OK);
    assert_int_equal(read(ends[0], &grandchild, sizeof grandchild), sizeof grandchild);
    assert_int_equal(kill(grandchild, 0), 0);
    assert_ok(process_signal(&child, SIGKILL, &fault));
    assert_ok(process_wait(&child, &end, &fault));
    assert_int_equal(waitpid(grandchild, &how, 0), grandchild); /* or this would wait for ever */
    assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL);
    close(ends[0]);
    close(ends[1]);
}

static void what_cannot_start_says_why(void **)
{
    struct process child = { .pid = 77 };
    const int closed = 999;
    assert_int_equal(start_child("exit", "0", &closed, 1, &child), E_IO);
    assert_string_equal(fault.text, "cannot start a role: Bad file descriptor");
    assert_int_equal(child.pid, 77);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no zombie is left */
    assert_int_equal(errno, ECHILD);
    const char *many[PROCESS_ARGUMENTS_MAX + 2] = { 0 };
    for (size_t i = 0; i <= PROCESS_ARGUMENTS_MAX; i++)
        many[i] = "x";
    assert_fails(process_start(many, NULL, 0, &child, &fault), E_LIMIT);
    const int fds[PROCESS_FDS_MAX + 1] = { 0 };
    assert_int_equal(start_child("exit", "0", fds, PROCESS_FDS_MAX + 1, &child), E_LIMIT);
}

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "-P") == 0) return role(argv[2], argv[3]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_exit_status_comes_back),
        cmocka_unit_test(a_killed_child_says_by_what),
        cmocka_unit_test(a_child_gets_its_descriptors_and_nothing_else),
        cmocka_unit_test(descriptors_that_stand_in_each_others_place_arrive),
        cmocka_unit_test(each_start_has_its_own_address_layout),
        cmocka_unit_test(children_die_with_their_parent),
        cmocka_unit_test(what_cannot_start_says_why),
    };
    return cmocka_run_group_tests_name("os/process", tests, NULL, NULL);
}
