/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * role_gatherer: the process that asks witnesses for cosignatures (serve/gather/gather.h): it may
 * use the network and holds the policy, which is public; it reaches neither log nor key.
 */
int role_gatherer(const char *dir);
