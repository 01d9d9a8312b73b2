/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clock of the simulation. For each minute and each row of activities it draws how many starts
 * there are, puts them into the agenda at times within the minute, and then runs all steps of that
 * minute in order of time. How many are expected is worked out for each half hour: clocks of
 * markets differ by half hours.
 *
 * Expected numbers are fixed-point with 16 binary places.
 */
#include "simulate/simulate.h"

#include <stdlib.h>
#include "simulate/registry.h"
#include "base/banned.h"

enum {
    HALF_HOUR = 30,
    MINUTES_PER_DAY = 1440,
    PLACES = 16,
    PARTS_PER_MINUTE = 60 * 1000 * 1000, /* minutes of an hour, thousandths twice */
    STREAM_ATTACKS = 1000,
    WEEK_DAYS = 7,
    ATTACK_ONE_WEEK_IN = 3, /* of the weeks after the first */
};

struct simulation {
    struct world world;
    size_t activities;
    size_t attacks;
    uint64_t scale_people; /* fixed-point factors for --events */
    uint64_t scale_machines;
    uint64_t expected[ROWS_MAX][MARKETS]; /* starts a minute, this half hour */
    struct stream draws[ROWS_MAX];        /* of how many start and when */
};

static status check(const struct simulate_config *c)
{
    const bool fits = c->days >= 1 && c->days <= SIMULATE_DAYS_MAX &&
                      c->staff >= SIMULATE_STAFF_MIN && c->staff <= SIMULATE_STAFF_MAX &&
                      c->users >= c->staff && c->users >= SIMULATE_USERS_MIN &&
                      c->users <= SIMULATE_USERS_MAX && c->start_day >= 0 &&
                      c->start_day <= 2 * SIMULATE_DAYS_MAX;
    return fits ? OK : FAIL(E_VALUE);
}

/* Members of the row, in a market or in all. */
static uint64_t members_of(const struct world *w, const struct activity *row, uint8_t market)
{
    switch (row->members) {
    case MEMBERS_USERS:
        if (market == MARKET_ANY) return w->people.users;
        return (uint64_t)w->people.users / MARKET_SLOTS * markets[market].user_slots;
    case MEMBERS_STAFF:
        return people_count(&w->people, row->role, market);
    case MEMBERS_HOSTS:
        return registry_hosts(w);
    default:
        return 1;
    }
}

static bool is_by_market(const struct activity *row)
{
    return row->members == MEMBERS_USERS || row->members == MEMBERS_STAFF;
}

/* Events in the whole simulation of the rows that grow, or of those that do not. */
static uint64_t natural_events(const struct simulation *s, bool grows)
{
    uint64_t sum = 0;
    const struct simulate_config *c = &s->world.config;
    uint64_t work_days = 0;
    for (uint32_t day = 0; day < c->days; day++)
        work_days += calendar_weekday((c->start_day + day) * MS_PER_DAY, 0) < 5;
    for (size_t i = 0; i < s->activities; i++) {
        const struct activity *row = &activities[i];
        if (row->grows != grows) continue;
        const uint64_t days = row->curve == CURVE_WORK ? work_days : c->days;
        sum +=
            members_of(&s->world, row, MARKET_ANY) * row->per_day / 1000 * days * row->events / 100;
    }
    return sum;
}

/* People keep their pace and machines make up the rest, unless the people alone are too many. */
static void set_scales(struct simulation *s)
{
    const uint64_t one = (uint64_t)1 << PLACES;
    const uint64_t wanted = s->world.config.events;
    s->scale_people = one;
    s->scale_machines = one;
    if (wanted == 0) return;
    const uint64_t people = natural_events(s, false);
    const uint64_t machines = natural_events(s, true) + 1;
    if (wanted > people + people / 4) {
        s->scale_machines = (uint64_t)((unsigned __int128)(wanted - people) * one / machines);
    } else {
        s->scale_people = (uint64_t)((unsigned __int128)wanted * one / (people + machines));
        s->scale_machines = s->scale_people;
    }
}

status simulation_new(const struct simulate_config *config, struct simulation **ret_simulation)
{
    TRY(check(config));
    struct simulation *s = calloc(1, sizeof *s);
    if (s == NULL) return FAIL(E_NOMEM);
    struct world *w = &s->world;
    w->config = *config;
    w->bytes = malloc(SIMULATE_LINE_BYTES_MAX);
    s->activities = registry_activities();
    s->attacks = registry_attacks();
    assert(s->activities + s->attacks <= ROWS_MAX);
    for (size_t i = 0; i < ROWS_MAX; i++) {
        s->draws[i] = stream_of(config->seed, 2 * i);
        /* Attacks have numbers of their own, so that a new activity does not change them. */
        const size_t number = i < s->activities ? i : STREAM_ATTACKS + i - s->activities;
        w->streams[i] = stream_of(config->seed, 2 * number + 1);
    }
    const status made = people_init(&w->people, config->seed, config->staff, config->users);
    if (made.code != E_OK || w->bytes == NULL) {
        simulation_free(s);
        return FAIL(E_NOMEM);
    }
    set_scales(s);
    *ret_simulation = s;
    return OK;
}

void simulation_free(struct simulation *s)
{
    if (s == NULL) return;
    people_done(&s->world.people);
    agenda_done(&s->world.agenda);
    free(s->world.bytes);
    free(s);
}

static void expect(struct simulation *s, int64_t at_ms)
{
    for (size_t i = 0; i < s->activities; i++) {
        const struct activity *row = &activities[i];
        const uint64_t scale = row->grows ? s->scale_machines : s->scale_people;
        for (uint8_t m = 0; m < MARKETS; m++) {
            const bool by_market = is_by_market(row);
            s->expected[i][m] = 0;
            if (!by_market && m != MARKET_HOME) continue;
            const uint64_t members = members_of(&s->world, row, by_market ? m : MARKET_ANY);
            const uint64_t parts = members * row->per_day * calendar_share(row->curve, m, at_ms);
            const uint64_t whole = parts / PARTS_PER_MINUTE;
            const uint64_t rest = (parts % PARTS_PER_MINUTE << PLACES) / PARTS_PER_MINUTE;
            s->expected[i][m] =
                (uint64_t)((unsigned __int128)(whole << PLACES | rest) * scale >> PLACES);
        }
    }
}

/* How many start in a minute: between half and one and a half of what is expected. */
static uint64_t draw_count(struct stream *draws, uint64_t expected)
{
    const uint64_t random = stream_next(draws);
    const uint64_t about = expected * (128 + (random & 255)) / 256;
    const uint64_t mask = ((uint64_t)1 << PLACES) - 1;
    return (about >> PLACES) + ((random >> 32 & mask) < (about & mask));
}

static void put(struct world *w, const struct step *step)
{
    const status put = agenda_put(&w->agenda, step);
    if (w->failed.code == E_OK) w->failed = put;
}

static void put_starts(struct simulation *s, int64_t minute_ms)
{
    struct world *w = &s->world;
    for (size_t i = 0; i < s->activities; i++) {
        for (uint8_t m = 0; m < MARKETS; m++) {
            if (s->expected[i][m] == 0) continue;
            struct stream *draws = &s->draws[i];
            const uint64_t count = draw_count(draws, s->expected[i][m]);
            for (uint64_t n = 0; n < count; n++) {
                const struct step step = { .at = minute_ms + stream_below(draws, MS_PER_MINUTE),
                                           .row = (uint16_t)i,
                                           .market = m };
                put(w, &step);
            }
        }
    }
}

/* Draws who starts the activity. */
static void cast(struct world *w, const struct activity *row, struct step *s)
{
    if (row->members == MEMBERS_USERS) s->subject = user_pick(&w->people, w->random, s->market);
    if (row->members == MEMBERS_STAFF) {
        s->actor = people_pick(&w->people, w->random, row->role, s->market, s->at);
    }
    if (row->members == MEMBERS_HOSTS) s->a = stream_below(w->random, registry_hosts(w));
}

static void tell_attack(struct world *w, struct instance *instance, bool complete)
{
    instance->used = false;
    instance->report.complete = complete;
    if (w->failed.code != E_OK) return;
    w->failed = w->sink->attack(w->sink->to, &instance->report);
}

static void run(struct simulation *s, struct step *step)
{
    struct world *w = &s->world;
    w->now = step->at;
    w->random = &w->streams[step->row];
    if (step->row < s->activities) {
        const struct activity *row = &activities[step->row];
        if (step->what == 0) cast(w, row, step);
        row->run(w, step);
        return;
    }
    w->instance = &w->instances[step->instance - 1];
    w->instance->pending--;
    attacks[step->row - s->activities].run(w, step);
    if (w->instance->pending == 0) tell_attack(w, w->instance, true);
    w->instance = NULL;
}

static void plant(struct simulation *s, size_t attack, int64_t day_ms)
{
    struct world *w = &s->world;
    struct instance *instance = w->instances;
    while (instance < w->instances + INSTANCES_MAX && instance->used)
        instance++;
    if (instance == w->instances + INSTANCES_MAX) return; /* LIMIT: so many at a time, no more */
    const struct attack *row = &attacks[attack];
    const size_t number = s->activities + attack;
    *instance = (struct instance){
        .label = { .attack = row->name, .step = "start", .instance = ++w->instance_count },
        .report = { .attack = row->name,
                    .techniques = row->techniques,
                    .rules = row->rules,
                    .instance = w->instance_count,
                    .actor = slice_none() },
        .actor = PERSON_NONE,
        .pending = 1,
        .used = true,
    };
    const struct step step = {
        .at = day_ms + row->hour * (int64_t)MS_PER_HOUR +
              stream_below(&s->draws[number], MS_PER_HOUR),
        .row = (uint16_t)number,
        .instance = (uint16_t)(instance - w->instances + 1),
        .market = MARKET_HOME,
    };
    put(w, &step);
}

/* Each attack on the first day; from the second week on now and then. */
static void plant_all(struct simulation *s, uint32_t day)
{
    const struct simulate_config *c = &s->world.config;
    for (size_t i = 0; i < s->attacks; i++) {
        if ((c->attacks >> i & 1) == 0) continue;
        const uint64_t chance = random_hash(c->seed, STREAM_ATTACKS + i, day / WEEK_DAYS);
        const bool again = day >= WEEK_DAYS && chance % ATTACK_ONE_WEEK_IN == 0 &&
                           (chance >> 32) % WEEK_DAYS == day % WEEK_DAYS;
        if (day == 0 || again) plant(s, i, (c->start_day + day) * MS_PER_DAY);
    }
}

static void run_minute(struct simulation *s, int64_t minute_ms)
{
    struct step step = {};
    put_starts(s, minute_ms);
    while (s->world.failed.code == E_OK &&
           agenda_take(&s->world.agenda, minute_ms + MS_PER_MINUTE, &step)) {
        run(s, &step);
    }
}

status simulation_run(struct simulation *s, const struct simulate_sink *sink)
{
    struct world *w = &s->world;
    w->sink = sink;
    w->now = w->config.start_day * MS_PER_DAY;
    registry_begin(w);
    for (uint32_t minute = 0; minute < w->config.days * MINUTES_PER_DAY; minute++) {
        const int64_t at_ms =
            w->config.start_day * MS_PER_DAY + (int64_t)minute * (int64_t)MS_PER_MINUTE;
        if (minute % MINUTES_PER_DAY == 0) plant_all(s, minute / MINUTES_PER_DAY);
        if (minute % HALF_HOUR == 0) expect(s, at_ms);
        run_minute(s, at_ms);
        if (w->failed.code != E_OK) return w->failed;
    }
    for (struct instance *i = w->instances; i < w->instances + INSTANCES_MAX; i++) {
        if (i->used) tell_attack(w, i, false);
    }
    return w->failed;
}

const char *simulate_attack_name(size_t attack)
{
    return attack < registry_attacks() ? attacks[attack].name : NULL;
}

const char *simulate_attack_summary(size_t attack)
{
    return attack < registry_attacks() ? attacks[attack].summary : NULL;
}

const char *simulate_activity_name(size_t activity)
{
    return activity < registry_activities() ? activities[activity].name : NULL;
}

const char *simulate_activity_summary(size_t activity)
{
    return activity < registry_activities() ? activities[activity].summary : NULL;
}
