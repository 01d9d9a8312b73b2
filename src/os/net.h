/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"

/*
 * net: TCP and UDP sockets over IPv4 and IPv6. All are close-on-exec and do not block. Addresses
 * are numbers: no name is ever looked up.
 */
enum {
    NET_TEXT_CAP = 56, /* "[ffff:…:ffff]:65535" with its NUL */
    NET_BACKLOG = 1024,
    NET_BATCH = 64,              /* datagrams taken by one call */
    NET_DATAGRAM_BYTES = 65'536, /* more than UDP over IPv4 and IPv6 can carry */
    NET_RECEIVE_BYTES = 4 << 20, /* asked for; the system may give less */
};

/* 16 bytes as base/address.h has them: IPv4 as ::ffff:a.b.c.d. */
struct net_address {
    uint8_t bytes[16];
    uint16_t port;
    uint32_t scope; /* of a link-local IPv6 address, else 0 */
};

/* "127.0.0.1:8080", "[::1]:0". E_SYNTAX if it is anything else, a name for example. */
status net_parse(const char *text, struct net_address *ret_address, struct fault *f);
/* The address without its port: "192.0.2.7", "2001:db8::1". */
void net_host_text(const struct net_address *a, char ret_text[NET_TEXT_CAP]);
/* The address as net_parse takes it. */
void net_text(const struct net_address *a, char ret_text[NET_TEXT_CAP]);
/* 127.0.0.0/8 and ::1. */
bool net_is_loopback(const struct net_address *a);

/* socket, SO_REUSEADDR, IPV6_V6ONLY, bind, listen. E_BUSY if the address is in use, E_DENIED,
 * E_IO. */
status net_listen(const struct net_address *a, int *ret_fd, struct fault *f);
/* accept4, TCP_NODELAY. E_BUSY if nobody is waiting, E_FULL if this process or the system has no
 * descriptors left. */
status net_accept(int listener, int *ret_fd, struct net_address *ret_peer, struct fault *f);
/* socket, IPV6_V6ONLY, SO_RCVBUF, SO_RXQ_OVFL, bind. */
status net_bind_udp(const struct net_address *a, int *ret_fd, struct fault *f);
/* getsockname: the address really used, with the port the system chose. */
status net_local(int fd, struct net_address *ret_address, struct fault *f);
/* getpeername. E_CLOSED if it is not connected any more. */
status net_peer(int fd, struct net_address *ret_address, struct fault *f);

/* A datagram: a view into the batch. */
struct net_datagram {
    struct net_address from;
    slice bytes;
    bool cut; /* was longer than NET_DATAGRAM_BYTES */
};

struct net_batch;

/* Room for NET_BATCH datagrams. NULL if memory is out. */
struct net_batch *net_batch_new(void);
/* NULL is allowed. */
void net_batch_free(struct net_batch *b);
/* recvmmsg: the datagrams that are waiting, at most NET_BATCH and at most max of them. ret_dropped:
 * how many the system dropped since the socket was made, because nobody took them in time (wraps at
 * 2^32; unchanged if the batch does not say). E_BUSY if none is waiting. */
status net_receive(int fd, struct net_batch *b, size_t max, size_t *ret_count,
                   uint32_t *ret_dropped);
/* Datagram i of the last net_receive. */
struct net_datagram net_datagram(const struct net_batch *b, size_t i);
