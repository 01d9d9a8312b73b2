/* SPDX-License-Identifier: Apache-2.0 */
#include "os/net.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "tests/cm.h"

static struct fault fault;

static void addresses_are_numbers_with_a_port(void **)
{
    static const struct {
        const char *text, *host;
        bool is_loopback;
    } good[] = {
        { "127.0.0.1:8080", "127.0.0.1", true },
        { "127.9.8.7:0", "127.9.8.7", true },
        { "0.0.0.0:443", "0.0.0.0", false },
        { "192.0.2.7:65535", "192.0.2.7", false },
        { "[::1]:0", "::1", true },
        { "[::]:514", "::", false },
        { "[2001:db8::1]:6514", "2001:db8::1", false },
    };
    static const char *const bad[] = {
        "",
        "127.0.0.1",
        ":80",
        "localhost:80",
        "127.0.0.1:",
        "127.0.0.1:65536",
        "127.0.0.1:-1",
        "127.0.0.1:8x",
        "::1:80",
        "[::1]",
        "[::1:80",
        "::1]:80",
        "[127.0.0.1]:80",
        "[]:80",
        "[fe80::1%eth0]:80",
        "127.0.0.1 :80",
        "256.0.0.1:80",
        "[:::1]:80",
        "127.1:80",
        "[::1] :80",
    };
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct net_address a = {};
        char text[NET_TEXT_CAP];
        assert_ok(net_parse(good[i].text, &a, &fault));
        net_text(&a, text);
        assert_string_equal(text, good[i].text);
        net_host_text(&a, text);
        assert_string_equal(text, good[i].host);
        assert_int_equal(net_is_loopback(&a), good[i].is_loopback);
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct net_address a = { .port = 7 };
        if (net_parse(bad[i], &a, &fault).code != E_SYNTAX) fail_msg("%s", bad[i]);
        assert_int_equal(a.port, 7);
    }
}

static int tcp_listener(struct net_address *ret_address)
{
    int fd = -1;
    assert_ok(net_parse("127.0.0.1:0", ret_address, &fault));
    assert_ok(net_listen(ret_address, &fd, &fault));
    assert_ok(net_local(fd, ret_address, &fault));
    assert_true(ret_address->port != 0);
    return fd;
}

static void an_address_in_use_is_said_to_be(void **)
{
    struct net_address a = {};
    int second = 77;
    const int first = tcp_listener(&a);
    assert_fails(net_listen(&a, &second, &fault), E_BUSY);
    assert_non_null(strstr(fault.text, "cannot listen on 127.0.0.1:"));
    assert_int_equal(second, 77);
    close(first);
    assert_ok(net_listen(&a, &second, &fault));
    close(second);
}

static void who_connects_is_known(void **)
{
    struct net_address a = {}, peer = {}, other = {};
    int listener = tcp_listener(&a), client = -1, server = 77;
    assert_fails(net_accept(listener, &server, &peer, &fault), E_BUSY);
    assert_int_equal(server, 77);
    client = socket(AF_INET, SOCK_STREAM, 0);
    assert_fails(net_peer(listener, &peer, &fault), E_CLOSED);
    const int to = listener;
    struct sockaddr_storage raw = {};
    socklen_t len = sizeof raw;
    assert_int_equal(getsockname(to, (struct sockaddr *)&raw, &len), 0);
    assert_int_equal(connect(client, (const struct sockaddr *)&raw, len), 0);
    assert_ok(net_accept(listener, &server, &peer, &fault));
    assert_int_equal(fcntl(server, F_GETFD), FD_CLOEXEC);
    assert_true((fcntl(server, F_GETFL) & O_NONBLOCK) != 0);
    assert_true(net_is_loopback(&peer));
    assert_ok(net_peer(server, &other, &fault));
    assert_int_equal(other.port, peer.port);
    close(client);
    close(server);
    close(listener);
}

static void datagrams_come_in_batches_and_the_lost_are_counted(void **)
{
    enum { SENT = 70, BIG = 60'000, FLOOD = 2000 };
    static uint8_t bytes[BIG];
    struct net_batch *batch = net_batch_new();
    struct net_address a = {};
    int fd = -1;
    size_t count = 99;
    uint32_t dropped = 0;
    assert_non_null(batch);
    assert_ok(net_parse("127.0.0.1:0", &a, &fault));
    assert_ok(net_bind_udp(&a, &fd, &fault));
    assert_fails(net_receive(fd, batch, NET_BATCH, &count, &dropped), E_BUSY);
    struct sockaddr_storage raw = {};
    socklen_t len = sizeof raw;
    assert_int_equal(getsockname(fd, (struct sockaddr *)&raw, &len), 0);
    const int sender = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(connect(sender, (const struct sockaddr *)&raw, len), 0);
    for (uint8_t i = 0; i < SENT; i++)
        assert_int_equal(send(sender, &i, i % 2, 0), i % 2);
    assert_ok(net_receive(fd, batch, 1000, &count, &dropped));
    assert_int_equal(count, NET_BATCH);
    assert_ok(net_receive(fd, batch, 5, &count, &dropped));
    assert_int_equal(count, 5);
    assert_ok(net_receive(fd, batch, NET_BATCH, &count, &dropped));
    assert_int_equal(count, 1);
    const struct net_datagram d = net_datagram(batch, 0);
    assert_int_equal(d.bytes.len, 1);
    assert_int_equal(d.bytes.at[0], SENT - 1);
    assert_true(net_is_loopback(&d.from) && !d.cut);
    assert_int_equal(dropped, 0);
    for (int i = 0; i < FLOOD; i++)
        ignore((send(sender, bytes, BIG, 0) == BIG ? OK : FAIL(E_IO)), "it may be dropped");
    size_t got = 0;
    while (net_receive(fd, batch, NET_BATCH, &count, &dropped).code == E_OK)
        got += count;
    assert_true(got != 0 && got < FLOOD);
    assert_int_equal(send(sender, bytes, 1, 0), 1); /* the count comes with the next one */
    assert_ok(net_receive(fd, batch, NET_BATCH, &count, &dropped));
    assert_int_equal(got + dropped, FLOOD);
    close(sender);
    close(fd);
    net_batch_free(batch);
    net_batch_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_numbers_with_a_port),
        cmocka_unit_test(an_address_in_use_is_said_to_be),
        cmocka_unit_test(who_connects_is_known),
        cmocka_unit_test(datagrams_come_in_batches_and_the_lost_are_counted),
    };
    return cmocka_run_group_tests_name("os/net", tests, NULL, NULL);
}
