/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/signer_remote.h"

#include <stdlib.h>
#include <unistd.h>
#include "base/bytes.h"
#include "cmd/node/failure.h"
#include "os/frame.h"
#include "os/process.h"
#include "os/socket.h"
#include "base/banned.h"

struct signer_remote {
    int fd;
    bool started;
    struct process process;
    struct frame_input in;
    struct signer_hello hello;
};

/* A closed socket says no more than that. */
static status gone(status s, struct fault *f)
{
    return s.code == E_CLOSED ? fault_set(f, s, "the signer is gone") : s;
}

static status receive(struct signer_remote *r, uint16_t want, slice *ret_payload, struct fault *f)
{
    struct frame frame = {};
    TRY(gone(frame_receive(&r->in, r->fd, &frame, f), f));
    if (frame.type == SIGNER_REFUSED)
        return fault_within(f, failure_parse(frame.payload, f), "signer");
    if (frame.type != want) return fault_set(f, FAIL(E_UNKNOWN), "signer: unexpected message");
    *ret_payload = frame.payload;
    return OK;
}

static status start(struct signer_remote *r, const char *dir, struct fault *f)
{
    int ends[2] = { -1, -1 };
    slice payload = {};
    TRY(frame_input_init(&r->in, SIGNER_PAYLOAD_MAX));
    TRY(socket_pair(ends, f));
    r->fd = ends[0];
    const char *const arguments[] = { "-P", "signer", dir, NULL };
    const status started = process_start(arguments, &ends[1], 1, &r->process, f);
    close(ends[1]);
    TRY(started);
    r->started = true;
    TRY(receive(r, SIGNER_HELLO, &payload, f));
    const status parsed = signer_hello_parse(payload, &r->hello);
    return parsed.code == E_OK ? OK : fault_set(f, parsed, "signer: malformed hello");
}

status signer_remote_start(const char *dir, struct signer_remote **ret_remote, struct fault *f)
{
    struct signer_remote *r = calloc(1, sizeof *r);
    if (r == NULL) return fault_set(f, FAIL(E_NOMEM), "signer: out of memory");
    r->fd = -1;
    const status s = start(r, dir, f);
    if (s.code != E_OK) {
        signer_remote_stop(r);
        return s;
    }
    *ret_remote = r;
    return OK;
}

void signer_remote_stop(struct signer_remote *r)
{
    struct process_end end = {};
    struct fault unused;
    if (r == NULL) return;
    if (r->fd >= 0) close(r->fd);
    if (r->started) ignore(process_wait(&r->process, &end, &unused), "it ends with its socket");
    frame_input_done(&r->in);
    free(r);
}

const struct signer_hello *signer_remote_hello(const struct signer_remote *r)
{
    return &r->hello;
}

int signer_remote_pid(const struct signer_remote *r)
{
    return r->process.pid;
}

int signer_remote_ended(const struct signer_remote *r)
{
    return r->process.fd;
}

static status sign(void *self, const struct signer_request *request,
                   uint8_t ret_signature[SIGNER_SIGNATURE_BYTES], struct fault *f)
{
    struct signer_remote *r = self;
    uint8_t payload[SIGNER_PAYLOAD_MAX];
    struct writer w = writer_of(payload, sizeof payload);
    slice reply = {};
    signer_request_write(request, &w);
    TRY(writer_end(&w));
    TRY(gone(frame_send(r->fd, (struct frame){ SIGNER_REQUEST, writer_slice(&w) }, f), f));
    TRY(receive(r, SIGNER_SIGNED, &reply, f));
    if (reply.len != SIGNER_SIGNATURE_BYTES)
        return fault_set(f, FAIL(E_SYNTAX), "signer: short signature");
    bytes_copy(ret_signature, SIGNER_SIGNATURE_BYTES, reply);
    return OK;
}

struct commit_signer signer_remote_interface(struct signer_remote *r)
{
    struct commit_signer s = { .self = r, .sign = sign };
    bytes_copy(s.public_key, sizeof s.public_key,
               (slice){ r->hello.public_key, SIGNER_PUBLIC_BYTES });
    return s;
}
