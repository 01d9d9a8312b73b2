/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "record/event.h"

/* The log source of a line that a program of a Linux host or a Cisco device wrote to syslog or the
 * journal, by the name that stands in its tag ("sshd", "CRON", "%ASA-6-302013"): product and, with
 * commas between them, the services that Sigma knows such lines by. Empty slices if the name says
 * nothing. Rows of the user (route.h) come before this table. */
struct logsource program_logsource(slice program);
