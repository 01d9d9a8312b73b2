/* SPDX-License-Identifier: Apache-2.0 */
#include "os/notify.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "tests/cm.h"

static struct fault fault;

/* The service manager: a bound datagram socket, by path or in the abstract space. */
static int manager(const char *name)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    memcpy(address.sun_path, name, strlen(name));
    if (name[0] == '@') address.sun_path[0] = '\0';
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_not_equal(fd, -1);
    const size_t size = offsetof(struct sockaddr_un, sun_path) + strlen(name);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, (socklen_t)size), 0);
    setenv("NOTIFY_SOCKET", name, 1);
    return fd;
}

static void expect_heard(int fd, const char *text)
{
    char heard[64] = {};
    assert_int_equal(recv(fd, heard, sizeof heard - 1, MSG_DONTWAIT), (ssize_t)strlen(text));
    assert_string_equal(heard, text);
}

static void what_is_said_arrives(void **)
{
    char names[2][100];
    snprintf(names[0], sizeof names[0], "%s/notify", test_folder());
    snprintf(names[1], sizeof names[1], "@candor-test-notify-%d", getpid());
    for (size_t i = 0; i < 2; i++) {
        const int fd = manager(names[i]);
        assert_ok(notify_manager("READY=1", &fault));
        assert_ok(notify_manager("STOPPING=1", &fault));
        expect_heard(fd, "READY=1");
        expect_heard(fd, "STOPPING=1");
        close(fd);
    }
}

static void without_a_manager_nothing_is_said(void **)
{
    unsetenv("NOTIFY_SOCKET");
    assert_ok(notify_manager("READY=1", &fault));
    setenv("NOTIFY_SOCKET", "", 1);
    assert_ok(notify_manager("READY=1", &fault));
}

static void a_wrong_address_is_refused(void **)
{
    char name[200];
    memset(name, '/', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    setenv("NOTIFY_SOCKET", name, 1);
    assert_fails(notify_manager("READY=1", &fault), E_SYNTAX);
    setenv("NOTIFY_SOCKET", "relative", 1);
    assert_fails(notify_manager("READY=1", &fault), E_SYNTAX);
    assert_string_equal(fault.text, "NOTIFY_SOCKET is no address of a socket: relative");
    snprintf(name, sizeof name, "%s/nobody", test_folder());
    setenv("NOTIFY_SOCKET", name, 1);
    assert_fails(notify_manager("READY=1", &fault), E_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_arrives),
        cmocka_unit_test(without_a_manager_nothing_is_said),
        cmocka_unit_test(a_wrong_address_is_refused),
    };
    return cmocka_run_group_tests_name("os/notify", tests, NULL, NULL);
}
