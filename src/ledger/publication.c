/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/publication.h"

#include "base/bytes.h"
#include "base/num.h"
#include "base/writer.h"
#include "ledger/store_file.h"
#include "base/banned.h"

int64_t publication_step(uint32_t delay_s)
{
    return delay_s < PUBLICATION_STEPS ? 1 : delay_s / PUBLICATION_STEPS;
}

/* One line, without its newline; times and sizes only grow. */
static status line_read(struct publication *p, slice line)
{
    const uint8_t *space = memchr(line.at, ' ', line.len);
    int64_t time_s = 0;
    uint64_t size = 0;
    if (space == NULL) return FAIL(E_SYNTAX);
    const size_t len = (size_t)(space - line.at);
    TRY(num_parse_i64((slice){ line.at, len }, &time_s));
    TRY(num_parse_u64(slice_from(line, len + 1), &size));
    if (p->count == PUBLICATION_LINES_MAX) return FAIL(E_LIMIT);
    if (p->count > 0 &&
        (p->lines[p->count - 1].time_s > time_s || p->lines[p->count - 1].size >= size)) {
        return FAIL(E_VALUE);
    }
    p->lines[p->count].time_s = time_s;
    p->lines[p->count++].size = size;
    return OK;
}

static status text_read(struct publication *p, slice text)
{
    while (text.len > 0) {
        const uint8_t *end = memchr(text.at, '\n', text.len);
        if (end == NULL) return FAIL(E_SHORT);
        const size_t len = (size_t)(end - text.at);
        TRY(line_read(p, (slice){ text.at, len }));
        text = slice_from(text, len + 1);
    }
    return OK;
}

status publication_load(const struct store *s, struct publication *ret_known, struct fault *f)
{
    uint8_t text[PUBLICATION_BYTES_MAX];
    size_t len = 0;
    struct publication p = {};
    const status read = store_file_read(s, PUBLICATION_FILE, text, sizeof text, &len, f);
    *ret_known = p;
    if (read.code == E_NOT_FOUND || read.code == E_LIMIT) {
        f->text[0] = '\0';
        return OK;
    }
    TRY(read);
    if (text_read(&p, (slice){ text, len }).code == E_OK) *ret_known = p;
    return OK;
}

static void drop_old(struct publication *p, uint32_t delay_s, int64_t now_s)
{
    size_t drop = 0;
    while (drop + 1 < p->count && p->lines[drop + 1].time_s <= now_s - (int64_t)delay_s)
        drop++;
    if (p->count - drop == PUBLICATION_LINES_MAX) drop++; /* a delay that was made shorter */
    for (size_t i = drop; i < p->count; i++)
        p->lines[i - drop] = p->lines[i];
    p->count -= drop;
}

static status save(const struct publication *p, const struct store *s, struct fault *f)
{
    uint8_t text[PUBLICATION_BYTES_MAX];
    struct writer w = writer_of(text, sizeof text);
    for (size_t i = 0; i < p->count; i++) {
        writer_printf(&w, "%lld %llu\n", (long long)p->lines[i].time_s,
                      (unsigned long long)p->lines[i].size);
    }
    TRY(writer_end(&w));
    return store_file_publish(s, PUBLICATION_FILE, writer_slice(&w), f);
}

status publication_note(struct publication *p, const struct store *s, uint32_t delay_s,
                        int64_t now_s, uint64_t size, int64_t *ret_next_s, struct fault *f)
{
    const int64_t step_s = publication_step(delay_s);
    const bool is_ahead = p->count > 0 && p->lines[p->count - 1].time_s > now_s + 1 + step_s;
    if (is_ahead) p->count = 0; /* the clock was set back: begin again */
    const bool any = p->count > 0;
    const int64_t last_s = any ? p->lines[p->count - 1].time_s : 0;
    const int64_t due_s = last_s + step_s;
    *ret_next_s = 0;
    if (any && size <= p->lines[p->count - 1].size) return OK;
    if (any && now_s < due_s) {
        *ret_next_s = due_s;
        return OK;
    }
    drop_old(p, delay_s, now_s);
    p->lines[p->count].time_s = now_s + 1; /* now_s was cut to a whole second */
    p->lines[p->count++].size = size;
    return save(p, s, f);
}

uint64_t publication_size(const struct publication *p, uint32_t delay_s, int64_t now_s)
{
    uint64_t size = 0;
    for (size_t i = 0; i < p->count; i++) {
        if (p->lines[i].time_s <= now_s - (int64_t)delay_s) size = p->lines[i].size;
    }
    return size;
}

int64_t publication_time(const struct publication *p, uint32_t delay_s, uint64_t size)
{
    for (size_t i = 0; i < p->count; i++) {
        if (p->lines[i].size >= size) return p->lines[i].time_s + (int64_t)delay_s;
    }
    return 0;
}
