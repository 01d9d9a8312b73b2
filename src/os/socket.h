/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "os/file.h"

/*
 * socket: stream sockets between processes of one machine. All are close-on-exec. A write to a peer
 * that is gone is E_CLOSED, never a signal (os/frame.h sends with MSG_NOSIGNAL).
 */
enum { SOCKET_BACKLOG = 64 };

/* Who connected, as the kernel saw it at that moment. */
struct socket_peer {
    int pid;
    unsigned uid;
    unsigned gid;
};

/* socketpair(AF_UNIX, SOCK_STREAM): two ends, for a parent and its child. */
status socket_pair(int ret_ends[2], struct fault *f);
/* unlinkat of what a dead process left there, socket, fchmod(0600), bind, listen. Only the own user
 * (and root) may connect. The caller holds the folder's lock, else it would take the name from
 * another. */
status socket_listen(const struct file *dir, const char *name, int *ret_fd, struct fault *f);
/* socket, connect. E_CLOSED if nobody listens, E_NOT_FOUND. */
status socket_connect(const struct file *dir, const char *name, int *ret_fd, struct fault *f);
/* accept4(SOCK_CLOEXEC), getsockopt(SO_PEERCRED). E_BUSY if the listener does not block and nobody
 * is waiting. */
status socket_accept(int listener, int *ret_fd, struct socket_peer *ret_peer, struct fault *f);
/* fcntl(O_NONBLOCK): reads and writes of this end return E_BUSY instead of waiting. */
status socket_no_wait(int fd, struct fault *f);
