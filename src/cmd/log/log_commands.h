/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "cmd/command.h"

/*
 * log_commands: the family of commands that make, fill, prove and check a log.
 */
extern const struct command log_commands[];

/* What each command runs, as its row in the table says. */
int run_init(const struct invocation *inv);
/* candor serve */
int run_serve(const struct invocation *inv);
/* candor append */
int run_append(const struct invocation *inv);
/* Where lines come from; read gives 0 bytes at the end. */
struct append_source {
    void *self;
    status (*read)(void *self, uint8_t *to, size_t most, size_t *ret_len, struct fault *f);
    bool (*is_waiting)(void); /* more can be read at once: answers may wait */
    bool is_light;            /* statements without their long texts (cmd/decision/decide.h) */
};
/* As append_as, lines coming from there. */
int append_from(const struct invocation *inv, uint8_t kind, const struct append_source *source);
/* As run_append, what comes in being decisions of that kind (cmd/decision/decide.h). */
int append_as(const struct invocation *inv, uint8_t kind);
/* candor log head */
int run_log_head(const struct invocation *inv);
/* candor log search */
int run_log_search(const struct invocation *inv);
/* candor log show */
int run_log_show(const struct invocation *inv);
/* candor log entry */
int run_log_entry(const struct invocation *inv);
/* candor log prove */
int run_log_prove(const struct invocation *inv);
/* candor log receipt. */
int run_log_receipt(const struct invocation *inv);
/* candor log disclose */
int run_log_disclose(const struct invocation *inv);
/* candor log consistency */
int run_log_consistency(const struct invocation *inv);
/* candor log count */
int run_log_count(const struct invocation *inv);
/* candor log summarise */
int run_log_summarise(const struct invocation *inv);
/* candor log export */
int run_log_export(const struct invocation *inv);
/* candor rebuild */
int run_rebuild(const struct invocation *inv);
/* candor doctor */
int run_doctor(const struct invocation *inv);
/* candor fsck */
int run_fsck(const struct invocation *inv);
