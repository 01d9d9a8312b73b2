/* SPDX-License-Identifier: Apache-2.0 */
#include "os/failpoint.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/banned.h"

enum { LINE_BYTES = 128 };

static void say(const char *name)
{
    char line[LINE_BYTES];
    const int len = snprintf(line, sizeof line, "failpoint %s\n", name);
    if (len <= 0 || (size_t)len >= sizeof line) return;
    if (write(STDERR_FILENO, line, (size_t)len) < 0) return; /* a test that looks will miss it */
}

void failpoint(const char *name)
{
    static atomic_ulong passed; /* at the place that was asked for */
    const char *asked = getenv("CANDOR_FAILPOINT");
    if (asked == NULL) return;
    if (strcmp(asked, "list") == 0) {
        say(name);
        return;
    }
    const size_t len = strlen(name);
    if (strncmp(asked, name, len) != 0 || asked[len] != ':') return;
    if (atomic_fetch_add(&passed, 1) + 1 != strtoul(asked + len + 1, NULL, 10)) return;
    say(name);
    kill(getpid(), SIGKILL); /* a sandbox that forbids it ends the process as suddenly */
    __builtin_trap();
}
