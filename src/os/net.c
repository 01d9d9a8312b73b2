/* SPDX-License-Identifier: Apache-2.0 */
#include "os/net.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/address.h"
#include "base/bytes.h"
#include "base/num.h"
#include "os/failed.h"
#include "base/banned.h"

/* RFC 4291 section 2.5.5.2: an IPv4 address within IPv6. */
static const uint8_t v4_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static bool is_v4(const struct net_address *a)
{
    return bytes_equal(a->bytes, v4_prefix, sizeof v4_prefix);
}

static status bad_address(const char *text, struct fault *f)
{
    return fault_set(
        f, FAIL(E_SYNTAX),
        "\"%.60s\" is not an address with a port, such as 127.0.0.1:8080 or [::1]:8080", text);
}

status net_parse(const char *text, struct net_address *ret_address, struct fault *f)
{
    const char *colon = strrchr(text, ':');
    if (colon == NULL || colon == text) return bad_address(text, f);
    slice host = { (const uint8_t *)text, (size_t)(colon - text) };
    const bool bracketed = host.at[0] == '[';
    if (bracketed != (host.at[host.len - 1] == ']')) return bad_address(text, f);
    if (bracketed) host = (slice){ host.at + 1, host.len - 2 };
    struct net_address a = {};
    uint64_t port = 0;
    if (address_parse(host, a.bytes).code != E_OK || memchr(host.at, '%', host.len) != NULL ||
        (memchr(host.at, ':', host.len) != NULL) != bracketed ||
        num_parse_u64(slice_text(colon + 1), &port).code != E_OK || port > UINT16_MAX) {
        return bad_address(text, f);
    }
    a.port = (uint16_t)port;
    *ret_address = a;
    return OK;
}

void net_host_text(const struct net_address *a, char ret_text[NET_TEXT_CAP])
{
    const char *text = is_v4(a) ? inet_ntop(AF_INET, a->bytes + 12, ret_text, NET_TEXT_CAP)
                                : inet_ntop(AF_INET6, a->bytes, ret_text, NET_TEXT_CAP);
    assert(text != NULL);
}

void net_text(const struct net_address *a, char ret_text[NET_TEXT_CAP])
{
    char host[NET_TEXT_CAP];
    net_host_text(a, host);
    const int len = snprintf(ret_text, NET_TEXT_CAP, is_v4(a) ? "%.47s:%u" : "[%.47s]:%u", host,
                             (unsigned)a->port);
    assert(len > 0 && len < NET_TEXT_CAP);
}

bool net_is_loopback(const struct net_address *a)
{
    static const uint8_t one[16] = { [15] = 1 };
    if (is_v4(a)) return a->bytes[12] == 127;
    return bytes_equal(a->bytes, one, sizeof one);
}

/* The kernel's form of an address, and back. */
union kernel_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static socklen_t to_kernel(const struct net_address *a, union kernel_address *ret)
{
    *ret = (union kernel_address){};
    if (is_v4(a)) {
        ret->v4.sin_family = AF_INET;
        ret->v4.sin_port = htons(a->port);
        bytes_copy(&ret->v4.sin_addr, sizeof ret->v4.sin_addr, (slice){ a->bytes + 12, 4 });
        return sizeof ret->v4;
    }
    ret->v6.sin6_family = AF_INET6;
    ret->v6.sin6_port = htons(a->port);
    ret->v6.sin6_scope_id = a->scope;
    bytes_copy(&ret->v6.sin6_addr, sizeof ret->v6.sin6_addr, (slice){ a->bytes, 16 });
    return sizeof ret->v6;
}

static struct net_address from_kernel(const union kernel_address *k)
{
    struct net_address a = {};
    if (k->any.sa_family == AF_INET) {
        bytes_copy(a.bytes, sizeof a.bytes, (slice){ v4_prefix, sizeof v4_prefix });
        bytes_copy(a.bytes + 12, 4, (slice){ (const uint8_t *)&k->v4.sin_addr, 4 });
        a.port = ntohs(k->v4.sin_port);
    }
    if (k->any.sa_family == AF_INET6) {
        bytes_copy(a.bytes, sizeof a.bytes, (slice){ (const uint8_t *)&k->v6.sin6_addr, 16 });
        a.port = ntohs(k->v6.sin6_port);
        a.scope = k->v6.sin6_scope_id;
    }
    return a;
}

static status bind_new(const struct net_address *a, int type, int *ret_fd, struct fault *f)
{
    char name[NET_TEXT_CAP];
    union kernel_address address;
    const int yes = 1;
    net_text(a, name);
    const socklen_t len = to_kernel(a, &address);
    const int fd = socket(address.any.sa_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return failed_os(f, errno, "make", "a socket");
    int done = 0;
    if (type == SOCK_STREAM) done |= setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (!is_v4(a)) done |= setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
    if (done == 0 && bind(fd, &address.any, len) == 0) {
        *ret_fd = fd;
        return OK;
    }
    const int error = errno;
    close(fd);
    return error == EADDRINUSE ? failed_as(f, E_BUSY, error, "listen on", name)
                               : failed_os(f, error, "listen on", name);
}

status net_listen(const struct net_address *a, int *ret_fd, struct fault *f)
{
    int fd = -1;
    TRY(bind_new(a, SOCK_STREAM, &fd, f));
    if (listen(fd, NET_BACKLOG) == 0) {
        *ret_fd = fd;
        return OK;
    }
    const int error = errno;
    char name[NET_TEXT_CAP];
    net_text(a, name);
    close(fd);
    return failed_as(f, error == EADDRINUSE ? E_BUSY : E_IO, error, "listen on", name);
}

status net_accept(int listener, int *ret_fd, struct net_address *ret_peer, struct fault *f)
{
    union kernel_address address = {};
    const int yes = 1;
    int fd = -1;
    do {
        socklen_t len = sizeof address;
        fd = accept4(listener, &address.any, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);
    } while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
    if (fd < 0) {
        const bool none_left = errno == EMFILE || errno == ENFILE || errno == ENOBUFS;
        return none_left ? failed_as(f, E_FULL, errno, "accept", "a connection")
                         : failed_os(f, errno, "accept", "a connection");
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes); /* only speed depends on it */
    *ret_fd = fd;
    *ret_peer = from_kernel(&address);
    return OK;
}

status net_bind_udp(const struct net_address *a, int *ret_fd, struct fault *f)
{
    int fd = -1;
    TRY(bind_new(a, SOCK_DGRAM, &fd, f));
    const int yes = 1, bytes = NET_RECEIVE_BYTES;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes); /* what it gives is counted */
    if (setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &yes, sizeof yes) != 0) {
        const int error = errno;
        close(fd);
        return failed_os(f, error, "set up", "a UDP socket");
    }
    *ret_fd = fd;
    return OK;
}

status net_local(int fd, struct net_address *ret_address, struct fault *f)
{
    union kernel_address address = {};
    socklen_t len = sizeof address;
    if (getsockname(fd, &address.any, &len) != 0) {
        return failed_os(f, errno, "find the address of", "a socket");
    }
    *ret_address = from_kernel(&address);
    return OK;
}

status net_peer(int fd, struct net_address *ret_address, struct fault *f)
{
    union kernel_address address = {};
    socklen_t len = sizeof address;
    if (getpeername(fd, &address.any, &len) != 0) {
        return failed_as(f, E_CLOSED, errno, "find the other side of", "a connection");
    }
    *ret_address = from_kernel(&address);
    return OK;
}

/* One control message: how many datagrams were dropped. */
union control {
    struct cmsghdr align;
    uint8_t bytes[CMSG_SPACE(sizeof(uint32_t))];
};

struct net_batch {
    struct mmsghdr messages[NET_BATCH];
    struct iovec parts[NET_BATCH];
    union kernel_address from[NET_BATCH];
    union control control[NET_BATCH];
    uint8_t bytes[NET_BATCH]
                 [NET_DATAGRAM_BYTES]; /* pages that no datagram reaches stay untouched */
};

struct net_batch *net_batch_new(void)
{
    return calloc(1, sizeof(struct net_batch));
}

void net_batch_free(struct net_batch *b)
{
    free(b);
}

static void read_dropped(struct msghdr *header, uint32_t *ret_dropped)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c != NULL; c = CMSG_NXTHDR(header, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_RXQ_OVFL) continue;
        if (c->cmsg_len < CMSG_LEN(sizeof *ret_dropped)) continue;
        bytes_copy(ret_dropped, sizeof *ret_dropped, (slice){ CMSG_DATA(c), sizeof *ret_dropped });
    }
}

status net_receive(int fd, struct net_batch *b, size_t max, size_t *ret_count,
                   uint32_t *ret_dropped)
{
    const unsigned wanted = max < NET_BATCH ? (unsigned)max : NET_BATCH;
    for (unsigned i = 0; i < wanted; i++) {
        b->parts[i] = (struct iovec){ b->bytes[i], NET_DATAGRAM_BYTES };
        b->messages[i].msg_hdr = (struct msghdr){ .msg_name = &b->from[i],
                                                  .msg_namelen = sizeof b->from[i],
                                                  .msg_iov = &b->parts[i],
                                                  .msg_iovlen = 1,
                                                  .msg_control = &b->control[i],
                                                  .msg_controllen = sizeof b->control[i] };
    }
    int count = 0;
    do {
        count = recvmmsg(fd, b->messages, wanted, MSG_DONTWAIT, NULL);
    } while (count < 0 && errno == EINTR);
    if (count < 0) return FAIL_AT(errno == EAGAIN ? E_BUSY : E_IO, errno);
    for (int i = 0; i < count; i++)
        read_dropped(&b->messages[i].msg_hdr, ret_dropped);
    *ret_count = (size_t)count;
    return OK;
}

struct net_datagram net_datagram(const struct net_batch *b, size_t i)
{
    assert(i < NET_BATCH);
    const struct mmsghdr *m = &b->messages[i];
    return (struct net_datagram){ .from = from_kernel(&b->from[i]),
                                  .bytes = { b->bytes[i], m->msg_len },
                                  .cut = (m->msg_hdr.msg_flags & MSG_TRUNC) != 0 };
}
