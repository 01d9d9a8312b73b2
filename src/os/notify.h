/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "base/status.h"

/*
 * notify: tells the service manager that started this process how it does, as sd_notify(3) does:
 * one datagram to the socket that $NOTIFY_SOCKET names (a path, or @name in the abstract space).
 */

/* socket, sendmsg. text is lines like "READY=1" (systemd's list is in sd_notify(3)). Without
 * $NOTIFY_SOCKET nothing is sent and all is well. E_SYNTAX if it is no such address, E_CLOSED or
 * E_NOT_FOUND if nobody listens there. */
status notify_manager(const char *text, struct fault *f);
