/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "simulate/world.h"

/*
 * endpoint: events of Sysmon on the Windows computers of staff, flat as the usual shippers send
 * them.
 */

/* EventID 1: a process was made. */
void endpoint_process(struct world *w, uint32_t person, const char *image, const char *command,
                      const char *parent);
/* EventID 22: a name was looked up. */
void endpoint_dns(struct world *w, uint32_t person, const char *image, const char *name);
