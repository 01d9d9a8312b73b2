/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/shape/pgaudit.h"

#include "base/banned.h"

enum { MESSAGE_BYTES = 2048, PID_RANGE = 30000 };

static void say(struct world *w, const struct pg_session *s, uint64_t line, const char *ps,
                slice message)
{
    const uint64_t mixed = random_mix(s->number);
    struct json_writer *j = event_begin(w, SOURCE_DATABASE, s->user, NULL);
    json_member_text(j, "timestamp", word_time(w->now, TIME_NAMED, 0).text);
    json_member_text(j, "user", s->user);
    json_member_text(j, "dbname", "platform");
    json_member_u64(j, "pid", 1000 + mixed % PID_RANGE);
    json_member_text(j, "remote_host", s->host);
    json_member_u64(j, "remote_port", 32768 + (mixed >> 32) % PID_RANGE);
    json_key(j, "session_id");
    const struct word began = word_hex((uint64_t)s->began_ms / 1000, 8);
    const struct word pid = word_hex(1000 + mixed % PID_RANGE, 4);
    json_text(j, word_join(word_join(began.text, ".").text, pid.text).text);
    json_member_u64(j, "line_num", line);
    json_member_text(j, "ps", ps);
    json_member_text(j, "session_start", word_time(s->began_ms, TIME_NAMED, 0).text);
    json_member_text(j, "error_severity", "LOG");
    json_member_string(j, "message", message);
    json_member_text(j, "application_name", s->application);
    json_member_text(j, "backend_type", "client backend");
    event_end(w);
}

void pg_session_say(struct world *w, const struct pg_session *s, uint64_t line, const char *text)
{
    say(w, s, line, "idle", slice_text(text));
}

/* A field of the AUDIT line: in quotes only where its bytes need them. */
static void write_field(struct writer *w, const char *text)
{
    const bool quoted = text[strcspn(text, ",\"\r\n")] != 0;
    writer_u8(w, ',');
    if (quoted) writer_u8(w, '"');
    for (; *text != 0; text++) {
        if (*text == '"') writer_u8(w, '"');
        writer_u8(w, (uint8_t)*text);
    }
    if (quoted) writer_u8(w, '"');
}

void pg_audit_say(struct world *w, const struct pg_session *s, uint64_t line, uint64_t id,
                  const struct pg_statement *statement)
{
    uint8_t bytes[MESSAGE_BYTES];
    struct writer message = writer_of(bytes, sizeof bytes);
    writer_text(&message, "AUDIT: SESSION,");
    writer_dec(&message, id);
    writer_text(&message, ",1");
    write_field(&message, statement->class);
    write_field(&message, statement->command);
    write_field(&message, statement->object[0] == 0 ? "" : "TABLE");
    write_field(&message, statement->object);
    write_field(&message, statement->text);
    write_field(&message, statement->parameter);
    say(w, s, line, statement->command, writer_slice(&message));
}
