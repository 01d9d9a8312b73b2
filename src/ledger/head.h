/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "ledger/archive.h"
#include "ledger/checkpoint.h"
#include "ledger/signer.h"

/*
 * head: the published checkpoint of a log, read back and held against the log itself.
 */
enum { LOG_HEAD_BYTES_MAX = 16 * 1024 };

struct log_head {
    uint8_t bytes[LOG_HEAD_BYTES_MAX];
    size_t len;
    struct checkpoint checkpoint; /* views into bytes: copy a log_head only whole and parse again */
};

/* Reads log/checkpoint into *ret_head, which must stay where it is. Beside a running node, load the
 * head before opening the archive: then the archive is the newer of the two. E_NOT_FOUND if nothing
 * was published yet, E_CORRUPT if it is malformed. */
status log_head_load(const struct store *store, struct log_head *ret_head, struct fault *f);
/* Reads a signed note that somebody kept. E_LIMIT above LOG_HEAD_BYTES_MAX; else what note_parse
 * and checkpoint_parse say. */
status log_head_read(slice note, struct log_head *ret_head, struct fault *f);
/* Whether the log's key (as note_write_key writes it) has signed the head. E_INVALID. */
status log_head_verify(const struct log_head *h, slice key, struct fault *f);
/* A head as it was signed. */
struct log_head_signed {
    const char *origin;
    struct signer_head head;
    uint8_t public_key[SIGNER_PUBLIC_BYTES];
    uint8_t signature[SIGNER_SIGNATURE_BYTES];
};

/* Puts the signed note of it where readers find it, log/checkpoint. It can be signed again from
 * what is durable, so that it needs no sync of its own. E_FULL, E_IO. */
status log_head_publish(const struct store *store, const struct log_head_signed *s,
                        struct fault *f);
/* E_CORRUPT if the log is smaller than the checkpoint says or its root is another. */
status log_head_check(const struct log_head *h, struct archive *a, struct fault *f);
/* The signed note as published. */
slice log_head_note(const struct log_head *h);
/* {"origin":…,"size":…,"root":"base64","note":…} and a newline. */
void log_head_write_json(const struct log_head *h, struct writer *w);
