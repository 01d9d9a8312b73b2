/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/world.h"

#include "base/banned.h"

enum { SUMMARY_EVERY = 65536 };

/* clang-format off */
static const struct {
    const char *name;
    const char *class; /* the choice source_class of record/choices.def */
} sources[SOURCES] = {
    [SOURCE_AUTH] = { "auth", "application" },
    [SOURCE_API] = { "api", "application" },
    [SOURCE_ADMIN_TOOL] = { "admin-tool", "application" },
    [SOURCE_RECOVERY] = { "recovery", "application" },
    [SOURCE_MODERATION] = { "moderation", "moderation" },
    [SOURCE_REPORTS] = { "reports", "moderation" },
    [SOURCE_GRANTS] = { "grants", "application" },
    [SOURCE_TICKETS] = { "tickets", "ticketing" },
    [SOURCE_LEGAL] = { "legal", "ticketing" },
    [SOURCE_PEOPLE] = { "people", "people" },
    [SOURCE_OKTA] = { "okta", "identity" },
    [SOURCE_DATABASE] = { "postgresql", "database" },
    [SOURCE_CLOUD] = { "cloudtrail", "cloud" },
    [SOURCE_CLUSTER] = { "kubernetes", "cloud" },
    [SOURCE_CODE] = { "github", "development" },
    [SOURCE_DEPLOY] = { "deploy", "development" },
    [SOURCE_HOSTS] = { "hosts", "server" },
    [SOURCE_ENDPOINTS] = { "endpoints", "endpoint" },
    [SOURCE_OPERATIONS] = { "operations", "security_tool" },
};
/* clang-format on */

const char *simulate_source_name(size_t source)
{
    return source < SOURCES ? sources[source].name : NULL;
}

static void open_line(struct world *w, enum source source)
{
    w->line = (struct simulated){ .time_ms = w->now, .source = (uint8_t)source };
    w->line.actor = slice_none();
    w->line.subject = slice_none();
    w->w = writer_of(w->bytes, SIMULATE_LINE_BYTES_MAX);
    w->json = json_writer_of(&w->w);
    json_object(&w->json);
}

static void close_line(struct world *w)
{
    json_object_end(&w->json);
    struct instance *attack = w->instance;
    if (w->failed.code == E_OK) w->failed = writer_end(&w->w);
    if (w->failed.code != E_OK) return;
    w->line.json = writer_slice(&w->w);
    if (attack != NULL) {
        w->line.label = &attack->label;
        if (attack->report.events == 0) attack->report.began_ms = w->now;
        attack->report.ended_ms = w->now;
        attack->report.events += !w->line.is_record;
    }
    w->lines++;
    w->source_lines[w->line.source] += !w->line.is_record;
    w->failed = w->sink->line(w->sink->to, &w->line);
}

struct json_writer *event_begin(struct world *w, enum source source, const char *actor,
                                const char *subject)
{
    open_line(w, source);
    if (actor != NULL) {
        w->actor = word_join(actor, "");
        w->line.actor = slice_text(w->actor.text);
    }
    if (subject != NULL) {
        w->subject = word_join(subject, "");
        w->line.subject = slice_text(w->subject.text);
    }
    return &w->json;
}

void event_end(struct world *w)
{
    close_line(w);
}

struct json_writer *record_begin(struct world *w, const char *kind, enum source source)
{
    if (!w->config.records) return NULL;
    open_line(w, source == SOURCES ? SOURCE_OPERATIONS : source);
    w->line.is_record = true;
    json_member_text(&w->json, "kind", kind);
    json_member_text(&w->json, "time", word_time(w->now, TIME_UTC, 0).text);
    if (source != SOURCES) json_member_text(&w->json, "source", sources[source].name);
    return &w->json;
}

void record_end(struct world *w)
{
    close_line(w);
}

bool record_next_index(const struct world *w, uint64_t *ret_index)
{
    if (!w->config.has_first_index) return false;
    /* Every 65,536th entry of a log is a summary that the log writes itself. */
    const uint64_t first = w->config.first_index;
    const uint64_t others = first - first / SUMMARY_EVERY + w->lines;
    *ret_index = others + others / (SUMMARY_EVERY - 1);
    return true;
}

struct json_writer *fact_begin(struct world *w, const char *type, enum source source,
                               const char *id)
{
    struct json_writer *j = record_begin(w, "fact", source);
    if (j == NULL) return NULL;
    json_member_text(j, "type", type);
    json_member_text(j, "id", id);
    return j;
}

void world_after(struct world *w, const struct step *s, int64_t delay_ms, uint16_t what)
{
    struct step next = *s;
    next.at = w->now + delay_ms;
    next.what = what;
    if (w->instance != NULL) w->instance->pending++;
    const status put = agenda_put(&w->agenda, &next);
    if (w->failed.code == E_OK) w->failed = put;
}

uint8_t world_shift(struct world *w)
{
    uint8_t market = (uint8_t)world_below(w, MARKETS);
    for (int i = 0; i < MARKETS && calendar_share(CURVE_SHIFT, market, w->now) < 50; i++)
        market = (uint8_t)((market + 1) % MARKETS);
    return market;
}

uint64_t world_number(struct world *w, enum counter counter)
{
    return ++w->counters[counter];
}

void world_label(struct world *w, const char *step)
{
    if (w->instance != NULL) w->instance->label.step = step;
}

void world_culprit(struct world *w, uint32_t person)
{
    if (w->instance == NULL) return;
    w->instance->actor = person;
    w->instance->report.actor = slice_text(world_person(w, person)->account);
}

void simulate_event_record(const struct simulated *line, struct writer *out)
{
    struct json_writer j = json_writer_of(out);
    json_object(&j);
    json_member_text(&j, "kind", "event");
    json_member_text(&j, "time", word_time(line->time_ms, TIME_UTC, 0).text);
    json_member_text(&j, "source", sources[line->source].name);
    json_member_text(&j, "source_class", sources[line->source].class);
    json_member_text(&j, "trust", "token");
    if (line->actor.len != 0) json_member_string(&j, "actor", line->actor);
    if (line->subject.len != 0) json_member_string(&j, "subject", line->subject);
    json_member_string(&j, "raw", line->json);
    json_object_end(&j);
}
