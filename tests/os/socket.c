/* SPDX-License-Identifier: Apache-2.0 */
#include "os/socket.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "os/dir.h"
#include "tests/cm.h"

static struct file dir;
static struct fault fault;

static int open_folder(void **)
{
    assert_ok(dir_open(NULL, test_folder(), &dir, &fault));
    return 0;
}

static int close_folder(void **)
{
    file_close(&dir);
    return 0;
}

static void a_connection_knows_who_is_on_the_other_side(void **)
{
    int listener = -1, client = -1, server = -1;
    struct socket_peer peer = { 0 };
    uint8_t byte = 0;
    assert_ok(socket_listen(&dir, "control.sock", &listener, &fault));
    assert_ok(socket_connect(&dir, "control.sock", &client, &fault));
    assert_ok(socket_accept(listener, &server, &peer, &fault));
    assert_int_equal(peer.pid, getpid());
    assert_int_equal(peer.uid, getuid());
    assert_int_equal(peer.gid, getgid());
    assert_int_equal(write(client, "x", 1), 1);
    assert_int_equal(read(server, &byte, 1), 1);
    assert_int_equal(byte, 'x');
    const int all[] = { listener, client, server };
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        assert_int_equal(fcntl(all[i], F_GETFD), FD_CLOEXEC);
        close(all[i]);
    }
}

static void only_the_owner_may_connect(void **)
{
    int listener = -1;
    struct stat about = { 0 };
    const mode_t before = umask(0);
    assert_ok(socket_listen(&dir, "control.sock", &listener, &fault));
    umask(before);
    assert_int_equal(fstatat(dir.fd, "control.sock", &about, 0), 0);
    assert_true(S_ISSOCK(about.st_mode));
    assert_int_equal(about.st_mode & 0777, 0600);
    close(listener);
}

static void a_name_left_by_a_dead_process_is_taken_over(void **)
{
    int first = -1, second = -1, client = -1;
    assert_ok(socket_listen(&dir, "control.sock", &first, &fault));
    close(first);
    assert_fails(socket_connect(&dir, "control.sock", &client, &fault), E_CLOSED);
    assert_ok(socket_listen(&dir, "control.sock", &second, &fault));
    assert_ok(socket_connect(&dir, "control.sock", &client, &fault));
    close(client);
    close(second);
}

static void long_folders_and_bad_names(void **)
{
    struct file deep = dir;
    struct file next = { .fd = -1 };
    char name[120];
    int fd = -1, client = -1;
    memset(name, 'd', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_ok(dir_make(&dir, name, &fault));
    assert_ok(dir_open(&deep, name, &next, &fault)); /* beyond what a socket address can hold */
    assert_ok(socket_listen(&next, "s", &fd, &fault));
    assert_ok(socket_connect(&next, "s", &client, &fault));
    close(client);
    close(fd);
    file_close(&next);
    assert_fails(socket_listen(&dir, name, &fd, &fault), E_LIMIT);
    assert_fails(socket_listen(&dir, "../s", &fd, &fault), E_VALUE);
    assert_fails(socket_connect(&dir, "none", &fd, &fault), E_NOT_FOUND);
    assert_ok(dir_make(&dir, "folder", &fault));
    assert_fails(socket_listen(&dir, "folder", &fd, &fault), E_IO);
    assert_non_null(strstr(fault.text, "/folder: "));
}

static void who_does_not_wait_is_told(void **)
{
    int listener = -1, fd = 77;
    struct socket_peer peer = { 0 };
    assert_ok(socket_listen(&dir, "s", &listener, &fault));
    assert_ok(socket_no_wait(listener, &fault));
    assert_fails(socket_accept(listener, &fd, &peer, &fault), E_BUSY);
    assert_int_equal(fd, 77);
    close(listener);
    assert_fails(socket_no_wait(listener, &fault), E_IO);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, open_folder, close_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(a_connection_knows_who_is_on_the_other_side),
        WITH_FOLDER(only_the_owner_may_connect),
        WITH_FOLDER(a_name_left_by_a_dead_process_is_taken_over),
        WITH_FOLDER(long_folders_and_bad_names),
        WITH_FOLDER(who_does_not_wait_is_told),
    };
    return cmocka_run_group_tests_name("os/socket", tests, NULL, NULL);
}
