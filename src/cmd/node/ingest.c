/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/ingest.h"

#include "base/bytes.h"
#include "base/json_writer.h"
#include "lib/json.h"
#include "os/clock.h"
#include "record/input.h"
#include "record/schema.h"
#include "base/banned.h"

enum { ARENA_BYTES_MAX = 64 * 1024 * 1024 };

status ingest_init(struct ingest *in, struct node *node, struct fault *f)
{
    *in = (struct ingest){ .node = node, .arena = arena_of(ARENA_BYTES_MAX) };
    in->parser = json_parser_new();
    return in->parser != NULL ? OK : fault_set(f, FAIL(E_NOMEM), "out of memory");
}

void ingest_done(struct ingest *in)
{
    json_parser_free(in->parser);
    arena_done(&in->arena);
}

static void answer_index(struct writer *answers, uint64_t index)
{
    writer_text(answers, "{\"index\":");
    writer_dec(answers, index);
    writer_text(answers, "}\n");
}

static void answer_error(struct writer *answers, uint64_t line, const struct fault *why)
{
    struct json_writer j = json_writer_of(answers);
    json_object(&j);
    json_member_u64(&j, "line", line);
    json_member_text(&j, "error", why->text);
    json_object_end(&j);
    writer_text(answers, "\n");
}

status ingest_check_time(const struct record *record, struct fault *why)
{
    const int64_t now_s = clock_real_ns() / CLOCK_NS_PER_S;
    const uint64_t latest_s = now_s < 0 ? INGEST_AHEAD_S_MAX : (uint64_t)now_s + INGEST_AHEAD_S_MAX;
    if (record->time_s <= latest_s) return OK;
    return fault_set(why, FAIL(E_VALUE),
                     "\"time\" is %llu s ahead of the clock of this node, at most %d s are taken",
                     (unsigned long long)(record->time_s - (latest_s - INGEST_AHEAD_S_MAX)),
                     INGEST_AHEAD_S_MAX);
}

/* An incident that candor follows is changed by: candor incident (duty_incident.c). */
static status check_incident(const struct record *record, struct fault *why)
{
    if (record->kind != KIND_incident) return OK;
    const struct schema_column *c = &schema_of(KIND_incident)->columns[COLUMN_incident_number];
    if (schema_column_value(c, record->columns) == 0) return OK;
    return fault_set(why, FAIL(E_DENIED), "\"number\" is given by: candor incident open");
}

static status take_line(struct ingest *in, slice line, uint64_t number, struct writer *answers,
                        uint64_t *refused, struct fault *f)
{
    struct record record = {};
    struct fault why = {};
    uint64_t index = 0;
    arena_reset(&in->arena);
    status parsed = record_parse_json(in->parser, line, &in->arena, &record, &why);
    if (parsed.code == E_NOMEM) {
        *f = why;
        return parsed;
    }
    if (parsed.code == E_OK) parsed = ingest_check_time(&record, &why);
    if (parsed.code == E_OK) parsed = check_incident(&record, &why);
    if (parsed.code != E_OK) {
        (*refused)++;
        answer_error(answers, number, &why);
        return OK;
    }
    TRY(committer_add(in->node->committer, &record, &index, f));
    answer_index(answers, index);
    return OK;
}

slice ingest_first_line(slice text)
{
    const uint8_t *newline = memchr(text.at, '\n', text.len);
    return (slice){ text.at, newline == NULL ? text.len : (size_t)(newline - text.at) };
}

status ingest_chunk(struct ingest *in, slice lines, uint64_t first_line, struct writer *answers,
                    struct ingested *ret_ingested, struct fault *f)
{
    struct ingested done = {};
    while (lines.len > 0) {
        const slice line = ingest_first_line(lines);
        lines = slice_from(lines, line.len < lines.len ? line.len + 1 : line.len);
        if (line.len > 0) {
            TRY(take_line(in, line, first_line + done.lines, answers, &done.refused, f));
        }
        done.lines++;
    }
    const uint64_t pending = committer_pending(in->node->committer);
    done.size = archive_size(in->node->archive) + pending;
    *ret_ingested = done;
    return writer_end(answers);
}

slice ingest_cut(slice text)
{
    size_t end = 0;
    for (int lines = 0; lines < INGEST_CHUNK_LINES_MAX; lines++) {
        const slice rest = slice_from(text, end);
        const uint8_t *newline = memchr(rest.at, '\n', rest.len);
        if (newline == NULL) break;
        end += (size_t)(newline - rest.at) + 1;
        if (end >= INGEST_CHUNK_BYTES) break;
    }
    return (slice){ text.at, end };
}
