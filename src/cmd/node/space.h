/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "cmd/node/node.h"

/*
 * space: the part of the disk that events may not take (disk_reserve of candor.yaml). Below it
 * sources and append are pushed back, while erasures, holds, keys and accounts still find room.
 */
enum { SPACE_LOOK_MS = 250 }; /* how old the last look at the disk may be */

/* fstatvfs, seldom. E_FULL if less than the reserve is free, with a line for people; a disk that
 * cannot be asked is taken to have room: the write will say. */
status space_check(struct node *n, struct fault *f);
