/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/role_level.h"

#include <unistd.h>
#include "base/bytes.h"
#include "base/writer.h"
#include "cmd/hook/confine_outbound.h"
#include "cmd/node/failure.h"
#include "cmd/node/role_front.h"
#include "cmd/node/scribe_confine.h"
#include "cmd/reader/role_reader.h"
#include "os/frame.h"
#include "os/process.h"
#include "os/socket.h"
#include "base/banned.h"

enum { ASKER_FD = PROCESS_FIRST_FD, LEVEL_REACHED = 1, LEVEL_FAILED, PAYLOAD_MAX = 4096 };

static int tell(status reached, const struct sandbox_level *level, const struct fault *why)
{
    uint8_t payload[PAYLOAD_MAX];
    char text[ROLE_LEVEL_BYTES_MAX] = "";
    struct fault unused = {};
    struct writer w = writer_of(payload, sizeof payload);
    if (reached.code == E_OK) {
        sandbox_level_text(level, text, sizeof text);
        writer_text(&w, text);
    } else {
        failure_write(reached, why, &w);
    }
    const uint16_t type = reached.code == E_OK ? LEVEL_REACHED : LEVEL_FAILED;
    const struct frame frame = { type, writer_slice(&w) };
    return frame_send(ASKER_FD, frame, &unused).code == E_OK ? 0 : 1;
}

int role_level_front(const char *dir)
{
    struct sandbox_level level = {};
    struct fault f = {};
    return tell(role_front_confine(dir, &level, &f), &level, &f);
}

int role_level_reader(const char *dir)
{
    struct sandbox_level level = {};
    struct fault f = {};
    return tell(role_reader_confine(dir, &level, &f), &level, &f);
}

int role_level_scribe(const char *dir)
{
    struct sandbox_level level = {};
    struct fault f = {};
    status s = scribe_confine_files(dir, &level, &f);
    if (s.code == E_OK) s = scribe_confine_calls(&level, &f);
    return tell(s, &level, &f);
}

int role_level_outbound(const char *)
{
    struct sandbox_level level = {};
    struct fault f = {};
    return tell(confine_outbound(NULL, 0, &level, &f), &level, &f);
}

/* ---- who asks ---- */

static status take(int fd, char ret_text[ROLE_LEVEL_BYTES_MAX], struct fault *f)
{
    struct frame_input in = {};
    struct frame frame = {};
    status s = frame_input_init(&in, PAYLOAD_MAX);
    if (s.code == E_OK) s = frame_receive(&in, fd, &frame, f);
    if (s.code == E_OK && frame.type != LEVEL_REACHED) {
        s = failure_parse(frame.payload, f);
    } else if (s.code == E_OK) {
        bytes_copy(ret_text, ROLE_LEVEL_BYTES_MAX - 1, frame.payload);
        ret_text[frame.payload.len] = '\0';
    }
    frame_input_done(&in);
    return s;
}

status role_level_ask(const char *role, const char *dir, char ret_text[ROLE_LEVEL_BYTES_MAX],
                      struct fault *f)
{
    const char *const arguments[] = { "-P", role, dir, NULL };
    int ends[2] = { -1, -1 };
    struct process process = {};
    struct process_end end = {};
    struct fault unused = {};
    TRY(socket_pair(ends, f));
    status s = process_start(arguments, &ends[1], 1, &process, f);
    close(ends[1]);
    if (s.code == E_OK) {
        s = take(ends[0], ret_text, f);
        ignore(process_wait(&process, &end, &unused), "it has said what it had to");
    }
    close(ends[0]);
    return s;
}
