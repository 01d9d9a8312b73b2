/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Framing of syslog streams: whatever the size of the pieces, the same messages come out, none is
 * longer than the limit, and room for one message is enough. The first byte chooses limit and piece
 * size, the second the framing.
 */
#include <assert.h>
#include "base/bytes.h"
#include "base/sha256.h"
#include "intake/syslog_frame.h"

enum { MESSAGE_MAX = 40, ROOM = MESSAGE_MAX + SYSLOG_COUNT_DIGITS + 2 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* What came out: how many, how it ended, and all of it hashed. */
struct outcome {
    size_t count;
    int32_t end;
    hash content;
};

static void note(struct sha256 *sum, struct outcome *o, const struct syslog_message *m)
{
    const uint8_t cut[2] = { m->is_cut, 0 };
    assert(m->bytes.len != 0 && m->bytes.len <= MESSAGE_MAX);
    sha256_update(sum, m->bytes);
    sha256_update(sum, (slice){ cut, sizeof cut });
    o->count++;
}

static struct outcome run(enum syslog_framing framing, slice stream, size_t piece)
{
    struct syslog_framer f = syslog_framer_of(framing, MESSAGE_MAX);
    struct syslog_message m = {};
    struct outcome o = {};
    struct sha256 sum;
    uint8_t buffer[ROOM];
    size_t held = 0;
    sha256_init(&sum);
    status s = FAIL(E_SHORT);
    while (stream.len != 0 && s.code == E_SHORT) {
        size_t more = sizeof buffer - held < piece ? sizeof buffer - held : piece;
        if (more > stream.len) more = stream.len;
        assert(more != 0);
        bytes_copy(buffer + held, sizeof buffer - held, (slice){ stream.at, more });
        stream = slice_from(stream, more);
        slice input = { buffer, held + more };
        while ((s = syslog_framer_next(&f, &input, &m)).code == E_OK)
            note(&sum, &o, &m);
        held = input.len;
        bytes_move(buffer, sizeof buffer, input.at, held);
    }
    if (s.code == E_SHORT) s = syslog_framer_end(&f, (slice){ buffer, held }, &m);
    if (s.code == E_OK) note(&sum, &o, &m);
    o.end = s.code;
    sha256_final(&sum, &o.content);
    return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len < 2) return 0;
    const enum syslog_framing framing = data[1] % 3;
    const slice stream = { data + 2, len - 2 };
    const struct outcome a = run(framing, stream, ROOM);
    const struct outcome b = run(framing, stream, data[0] % ROOM + 1u);
    assert(a.count == b.count && a.end == b.end &&
           bytes_equal(&a.content, &b.content, sizeof a.content));
    return 0;
}
