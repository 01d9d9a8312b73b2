/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/reader/role_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include "base/bytes.h"
#include "cmd/command.h"
#include "cmd/node/confine.h"
#include "cmd/reader/reader.h"
#include "cmd/node/role.h"
#include "os/frame.h"
#include "os/process.h"
#include "os/sandbox.h"
#include "view/view.h"
#include "base/banned.h"

enum { FRONT_FD = PROCESS_FIRST_FD };

static status answer(struct reader *r, const struct frame *frame, struct writer *w, struct fault *f)
{
    struct query_ask m = {};
    if (frame->type == QUERY_CANCEL) return OK; /* of a question that was answered meanwhile */
    if (frame->type != QUERY_ASK) return fault_set(f, FAIL(E_UNKNOWN), "unexpected message");
    const status parsed = query_ask_parse(frame->payload, &m);
    if (parsed.code != E_OK) return fault_set(f, parsed, "malformed question");
    const struct query_answer reply = reader_answer(r, &m);
    w->len = 0;
    query_answer_write(&reply, w);
    TRY(writer_end(w));
    return frame_send(FRONT_FD, (struct frame){ QUERY_ANSWER, writer_slice(w) }, f);
}

/* Whether the front has said meanwhile that nobody waits for that answer. */
static bool is_over(void *with, uint64_t id)
{
    uint8_t room[8];
    put_u64(room, id);
    return frame_is_ahead(with, FRONT_FD, (struct frame){ QUERY_CANCEL, { room, sizeof room } });
}

static status converse(struct reader *r, struct fault *f)
{
    struct frame_input in = {};
    struct frame frame = {};
    struct writer w = writer_of(malloc(QUERY_ANSWER_BYTES_MAX), QUERY_ANSWER_BYTES_MAX);
    status s = w.at == NULL ? FAIL(E_NOMEM) : frame_input_init(&in, QUERY_ASK_BYTES_MAX);
    reader_stop_if(r, is_over, &in);
    while (s.code == E_OK) {
        s = frame_receive(&in, FRONT_FD, &frame, f);
        if (s.code == E_OK) s = answer(r, &frame, &w, f);
    }
    frame_input_done(&in);
    free(w.at);
    return s.code == E_CLOSED ? OK : s; /* the front went: the usual end */
}

/* What the reader calls beside what every process needs (os/seccomp.c): files to read, the locks
 * and shared memory of the view, its socket to the front, and the node's own socket, by which it
 * has looks recorded. No other network exists for it. */
static const struct sandbox_call calls[] = {
    { .number = SYS_pread64 },
    { .number = SYS_openat },
    { .number = SYS_fcntl },
    { .number = SYS_recvfrom },
    { .number = SYS_sendmsg },
    { .number = SYS_poll },
    { .number = SYS_getdents64 },
    { .number = SYS_connect },
    { .number = SYS_pwrite64 },
    { .number = SYS_ftruncate },
    { .number = SYS_fchown },
    { .number = SYS_fchmod },
    { .number = SYS_geteuid },
    { .number = SYS_access },
    { .number = SYS_readlink },
    { .number = SYS_unlink },
    { .number = SYS_getcwd },
    { .number = SYS_ioctl },
    { .number = SYS_socket, .argument = 0, .mask = UINT32_MAX, .value = AF_UNIX },
};

status role_reader_confine(const char *dir, struct sandbox_level *ret_level, struct fault *f)
{
    char view[1024];
    snprintf(view, sizeof view, "%s/" VIEW_FOLDER, dir);
    const struct sandbox_path paths[] = {
        { dir, SANDBOX_READ },
        { view, SANDBOX_READ | SANDBOX_WRITE }, /* readers of a database share its memory */
    };
    const struct sandbox sandbox = {
        .calls = calls,
        .call_count = COUNT_OF(calls),
        .paths = paths,
        .path_count = COUNT_OF(paths),
        .mode = ROLE_SANDBOX_MODE,
    };
    confine_last_leak_check();
    return sandbox_enter(&sandbox, ret_level, f);
}

int role_reader(const char *dir)
{
    struct fault f = {};
    struct reader *r = NULL;
    struct sandbox_level level = {};
    role_ignore_stop_signals();
    status s = reader_new(dir, &r, &f);
    if (s.code == E_OK) s = role_reader_confine(dir, &level, &f);
    if (s.code == E_OK) s = converse(r, &f);
    reader_free(r);
    return s.code == E_OK ? 0 : command_fail(status_exit(s), "reader: %s", f.text);
}
