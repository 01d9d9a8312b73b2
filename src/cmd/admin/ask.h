/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/json_writer.h"
#include "cmd/command.h"
#include "cmd/node/duty.h"

/*
 * ask: what the commands of this folder share: a change (cmd/node/change.h) is written down,
 * carried out by the running node or under the lock, and its answer printed.
 */
enum { ASK_BYTES_MAX = 8192 };

struct ask {
    uint8_t bytes[ASK_BYTES_MAX];
    struct writer w;
    struct json_writer j;
};

/* Begins a change of that name: further members may follow. */
void ask_begin(struct ask *a, const char *what);
/* Adds an option that was given as a member. */
void ask_option(struct ask *a, const struct invocation *inv, const char *option,
                const char *member);
/* Asks, and hands out the answer, a line of JSON in answer. The exit status; a failure is told. */
int ask_end(struct ask *a, const char *dir, const char *command, struct writer *answer);
/* The text member of an answer that candor itself wrote, copied; "" if it has none. */
void ask_member(slice answer, const char *member, char *ret_text, size_t cap);
