/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * role_sender: the process that sends webhooks (serve/hook/hook.h): it may use the network and
 * holds the secrets they are signed with; it reaches neither log nor key.
 */
int role_sender(const char *dir);
