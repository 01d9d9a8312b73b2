/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/command.h"
#include "verify/answer.h"
#include "verify/trust.h"

/*
 * verify_files: what the commands of candor-verify share: files, whom to trust, and the answer.
 */
struct named_file {
    const char *path; /* NULL: not given; "-": standard input */
    uint8_t *bytes;   /* owned; NULL: not read */
    slice content;
};

/* Reads the file, if one is given. 0, or the exit status after an error. */
int named_file_read(struct named_file *f);
void named_file_done(struct named_file *f);

/* A folder whose files are read one at a time. */
struct named_folder {
    const char *path;
    uint8_t *bytes; /* owned: the file read last */
};

/* The whole file at a path in the folder: a view until the next call. E_NOT_FOUND, E_IO, E_LIMIT;
 * the fault names it. Fits published and report_given. */
status named_folder_read(void *folder, const char *path, slice *ret_bytes, struct fault *fault);

/* Whom --vkey and the policy say to trust. As trust_read. */
status verify_trust(const struct invocation *inv, const struct named_file *policy,
                    struct trust *ret_trust, struct fault *fault);
/* Prints the answer, or why there is none of path, as text or JSON; releases it. The exit status.
 */
int verify_end(const struct invocation *inv, const char *path, status s, struct answer *answer,
               const struct fault *fault);
