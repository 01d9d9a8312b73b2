/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/role_signer.h"

#include <poll.h>
#include <sys/syscall.h>
#include "base/bytes.h"
#include "cmd/command.h"
#include "cmd/node/confine.h"
#include "cmd/node/failure.h"
#include "cmd/node/role.h"
#include "cmd/node/signer_protocol.h"
#include "ledger/layout.h"
#include "ledger/store_fs.h"
#include "os/dir.h"
#include "os/frame.h"
#include "os/process.h"
#include "os/sandbox.h"
#include "base/banned.h"

enum { SCRIBE_FD = PROCESS_FIRST_FD, FILES_MAX = 16 };

static status send(uint16_t type, const struct writer *w, struct fault *f)
{
    TRY(writer_end(w));
    return frame_send(SCRIBE_FD, (struct frame){ type, writer_slice(w) }, f);
}

static status send_refusal(status why, const struct fault *reason, struct fault *f)
{
    uint8_t payload[SIGNER_PAYLOAD_MAX];
    struct writer w = writer_of(payload, sizeof payload);
    failure_write(why, reason, &w);
    return send(SIGNER_REFUSED, &w, f);
}

/* What the signer calls beside what every process needs (os/seccomp.c): its socket and its state.
 */
static const struct sandbox_call calls[] = {
    { .number = SYS_recvfrom }, { .number = SYS_sendmsg },   { .number = SYS_poll },
    { .number = SYS_pwrite64 }, { .number = SYS_fdatasync },
};

/* The state file and the socket are open; from here on nothing else can be reached. Signing once
 * before lets libcrypto read what it reads when it is first used. */
static status confine(struct signer *s, char *ret_text, size_t cap, struct fault *f)
{
    const struct sandbox sandbox = {
        .calls = calls,
        .call_count = COUNT_OF(calls),
        .files_max = FILES_MAX,
        .mode = ROLE_SANDBOX_MODE,
    };
    struct sandbox_level level = {};
    struct signer_request again = { .head = signer_head(s) };
    uint8_t signature[SIGNER_SIGNATURE_BYTES];
    TRY(signer_sign(s, &again, signature, f));
    bytes_wipe(signature, sizeof signature);
    confine_last_leak_check();
    TRY(sandbox_enter(&sandbox, &level, f));
    sandbox_level_text(&level, ret_text, cap);
    return OK;
}

static status greet(struct signer *s, struct fault *f)
{
    uint8_t payload[SIGNER_PAYLOAD_MAX];
    struct writer w = writer_of(payload, sizeof payload);
    struct signer_hello hello = { .head = signer_head(s) };
    signer_public(s, hello.public_key);
    bytes_copy(hello.origin, sizeof hello.origin - 1, slice_text(signer_origin(s)));
    TRY(confine(s, hello.confinement, sizeof hello.confinement, f));
    signer_hello_write(&hello, &w);
    return send(SIGNER_HELLO, &w, f);
}

static status answer(struct signer *s, const struct frame *frame, struct fault *f)
{
    struct signer_request request;
    uint8_t signature[SIGNER_SIGNATURE_BYTES];
    if (frame->type != SIGNER_REQUEST)
        return fault_set(f, FAIL(E_UNKNOWN), "signer: unexpected message");
    const status parsed = signer_request_parse(frame->payload, &request);
    if (parsed.code != E_OK) return fault_set(f, parsed, "signer: malformed request");
    struct fault reason = {};
    const status signed_it = signer_sign(s, &request, signature, &reason);
    if (signed_it.code != E_OK) return send_refusal(signed_it, &reason, f);
    const struct frame reply = { SIGNER_SIGNED, { signature, sizeof signature } };
    return frame_send(SCRIBE_FD, reply, f);
}

static status converse(struct signer *s, struct fault *f)
{
    struct frame_input in = {};
    status result = frame_input_init(&in, SIGNER_PAYLOAD_MAX);
    if (result.code == E_OK) result = greet(s, f);
    while (result.code == E_OK) {
        struct frame frame = {};
        result = frame_receive(&in, SCRIBE_FD, &frame, f);
        if (result.code == E_OK) result = answer(s, &frame, f);
    }
    frame_input_done(&in);
    return result.code == E_CLOSED ? OK : result; /* the scribe went: the usual end */
}

/* Two signers on one state would each extend what they know of, apart. The one of a node that was
 * killed may take a moment to end, so this waits a little. The lock lasts as long as the process.
 */
static status lock_state(const char *dir, struct fault *f)
{
    enum { TRIES = 100, PAUSE_MS = 20 };
    struct file folder = {};
    struct file lock = {};
    TRY(dir_open(NULL, dir, &folder, f));
    status s = dir_lock(&folder, LAYOUT_SIGNER_LOCK, &lock, f);
    for (int i = 0; s.code == E_BUSY && i < TRIES; i++) {
        poll(NULL, 0, PAUSE_MS);
        s = dir_lock(&folder, LAYOUT_SIGNER_LOCK, &lock, f);
    }
    file_close(&folder);
    return s;
}

int role_signer(const char *dir)
{
    role_ignore_stop_signals();
    struct store store = {};
    struct signer *s = NULL;
    struct fault f = {};
    struct fault unsent = {};
    status result = lock_state(dir, &f);
    if (result.code == E_OK) result = store_fs_open(dir, &store, &f);
    if (result.code == E_OK) result = signer_open(&store, &s, &f);
    if (result.code == E_OK) {
        result = converse(s, &f);
    } else {
        ignore(send_refusal(result, &f, &unsent),
               "the scribe learns of it from the closed socket too");
        return status_exit(result);
    }
    signer_free(s);
    store_fs_close(&store);
    if (result.code == E_OK) return 0;
    return command_fail(status_exit(result), "%s", f.text);
}
