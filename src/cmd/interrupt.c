/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/interrupt.h"

#include <signal.h>
#include <stddef.h>
#include "base/banned.h"

/* A signal has no other way to leave word. */
static _Atomic int seen;

static void on_signal(int number)
{
    seen = number;
}

void interrupt_watch(void)
{
    const struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

const _Atomic int *interrupt_flag(void)
{
    return &seen;
}

void interrupt_die(void)
{
    if (seen == 0) return;
    sigaction(seen, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
    raise(seen);
}
