/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/people.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/banned.h"

enum { GIVEN = 48, HEADS = 24, TAILS = 24, NAMES = GIVEN * HEADS * TAILS };
/* Steps through the names in an order without visible pattern; shares no factor with NAMES. */
enum { NAME_STEP = 10607, LEAVE_ONE_WEEK_IN = 11, TRIES = 16 };

/* clang-format off */
static const char *const given_names[GIVEN] = {
    "ada", "alun", "anouk", "arvid", "bela", "bodil", "cato", "celia", "dario", "dilan", "edda",
    "emre", "fenna", "floris", "gita", "goran", "hanne", "hiro", "ilka", "ivo", "jale", "joris",
    "kaja", "kofi", "lale", "lennart", "maite", "mira", "nadim", "nele", "oda", "orhan", "paula",
    "pino", "quirin", "ravi", "rosa", "sanne", "silas", "tamar", "timo", "ulla", "uri", "vanja",
    "wanda", "xenia", "yann", "zora",
};
static const char *const heads[HEADS] = {
    "bal", "bren", "cor", "dal", "elm", "fal", "gor", "hav", "ild", "jor", "kel", "lom",
    "mar", "nor", "ost", "pel", "quil", "ren", "sol", "tor", "ulm", "vel", "wen", "zar",
};
static const char *const tails[TAILS] = {
    "ander", "bek", "brin", "dahl", "dvik", "ecke", "fold", "gard", "hoven", "ino", "kamp", "lind",
    "mora", "nest", "oda", "pell", "quist", "rado", "sund", "tal", "undo", "vane", "wick", "zen",
};
/* The share of each role, in thousandths; what is left is ROLE_OTHER. */
static const struct {
    const char *name;
    uint16_t share;
} roles[ROLES] = {
    [ROLE_SUPPORT] = { "support", 280 },       [ROLE_MODERATOR] = { "moderator", 200 },
    [ROLE_ENGINEER] = { "engineer", 220 },     [ROLE_OPERATIONS] = { "operations", 60 },
    [ROLE_ANALYST] = { "analyst", 50 },        [ROLE_SECURITY] = { "security", 30 },
    [ROLE_LEGAL] = { "legal", 20 },            [ROLE_PRIVACY] = { "privacy", 10 },
    [ROLE_PEOPLE] = { "people", 20 },          [ROLE_HELPDESK] = { "helpdesk", 20 },
    [ROLE_OTHER] = { "business", 90 },
};
/* clang-format on */

const char *role_name(uint8_t role)
{
    return roles[role].name;
}

/* The name of the nth employment; no two are alike. */
static void write_account(struct person *person, uint64_t seed)
{
    const uint32_t nth = person->employment - 1;
    const uint32_t name =
        (uint32_t)(((uint64_t)nth * NAME_STEP + random_mix(seed) % NAMES) % NAMES);
    const char *given = given_names[name % GIVEN];
    const char *head = heads[name / GIVEN % HEADS];
    const char *tail = tails[name / GIVEN / HEADS];
    if (nth < NAMES) {
        snprintf(person->account, sizeof person->account, "%s.%s%s", given, head, tail);
    } else {
        snprintf(person->account, sizeof person->account, "%s.%s%s%u", given, head, tail,
                 nth / NAMES + 1);
    }
}

static uint8_t role_of(uint64_t seed, uint32_t index)
{
    if (index < 2 * ROLES) return (uint8_t)(index % ROLES); /* each role is there */
    uint32_t left = (uint32_t)(random_hash(seed, 1, index) % 1000);
    uint8_t role = 0;
    while (role < ROLE_OTHER && left >= roles[role].share)
        left -= roles[role++].share;
    return role;
}

static void engage(struct people *p, uint32_t index)
{
    struct person *person = &p->persons[index];
    const uint32_t slot = (uint32_t)(random_hash(p->seed, 2, index) % MARKET_SLOTS);
    *person = (struct person){ .role = role_of(p->seed, index),
                               .market = index < ROLES ? MARKET_HOME : calendar_staff_market(slot),
                               .private_user = index * p->stride,
                               .employment = ++p->employments };
    write_account(person, p->seed);
}

/* Puts the persons in order of role and market, and makes the first of each role its lead. */
static void sort(struct people *p)
{
    uint32_t at[ROLES * MARKETS] = {};
    for (uint32_t i = 0; i < p->count; i++)
        at[p->persons[i].role * MARKETS + p->persons[i].market]++;
    for (uint32_t i = 0, sum = 0; i <= ROLES * MARKETS; i++) {
        p->first[i] = sum;
        if (i == ROLES * MARKETS) break;
        sum += at[i];
        at[i] = p->first[i];
    }
    for (uint32_t i = 0; i < p->count; i++)
        p->by_role[at[p->persons[i].role * MARKETS + p->persons[i].market]++] = i;
    for (uint32_t i = 0; i < p->count; i++) {
        struct person *person = &p->persons[i];
        const uint32_t team = p->first[person->role * MARKETS + person->market];
        const uint32_t lead = p->by_role[team];
        const uint32_t head = person->role; /* the first of its role is person number role */
        person->manager = i != lead ? lead : i != head ? head : ROLE_OTHER;
    }
}

status people_init(struct people *p, uint64_t seed, uint32_t staff, uint32_t users)
{
    *p = (struct people){ .seed = random_hash(seed, 0x70656f706c65, 0),
                          .users = users - users % MARKET_SLOTS,
                          .count = staff };
    p->stride = p->users / staff;
    p->persons = calloc(staff, sizeof *p->persons);
    p->by_role = calloc(staff, sizeof *p->by_role);
    if (p->persons == NULL || p->by_role == NULL) {
        people_done(p);
        return FAIL(E_NOMEM);
    }
    for (uint32_t i = 0; i < staff; i++)
        engage(p, i);
    sort(p);
    return OK;
}

void people_done(struct people *p)
{
    free(p->persons);
    free(p->by_role);
    *p = (struct people){};
}

/* The range of by_role; the whole role where the market has nobody. */
static uint32_t range(const struct people *p, uint8_t role, uint8_t market, uint32_t *ret_first)
{
    if (role == ROLE_ANY) {
        *ret_first = 0;
        return p->count;
    }
    const uint32_t team = (uint32_t)role * MARKETS + (market < MARKETS ? market : 0);
    *ret_first = p->first[team];
    if (market < MARKETS) return p->first[team + 1] - p->first[team];
    return p->first[team + MARKETS] - p->first[team];
}

uint32_t people_count(const struct people *p, uint8_t role, uint8_t market)
{
    uint32_t first = 0;
    if (role != ROLE_ANY || market >= MARKETS) return range(p, role, market, &first);
    uint32_t count = 0;
    for (uint8_t r = 0; r < ROLES; r++)
        count += range(p, r, market, &first);
    return count;
}

static bool is_at_work(const struct people *p, uint32_t person, int64_t at_ms)
{
    const uint64_t week = (uint64_t)(at_ms / MS_PER_DAY + 3) / 7;
    const uint64_t chance = random_hash(p->seed, 0x6c65617665 + week, person);
    return !p->persons[person].gone && chance % LEAVE_ONE_WEEK_IN != 0;
}

uint32_t people_pick(const struct people *p, struct stream *s, uint8_t role, uint8_t market,
                     int64_t at_ms)
{
    uint32_t first = 0;
    uint32_t count = range(p, role, market, &first);
    if (count == 0) count = range(p, role, MARKET_ANY, &first);
    uint32_t person = p->by_role[first + stream_below(s, count)];
    for (int i = 0; i < TRIES && !is_at_work(p, person, at_ms); i++)
        person = p->by_role[first + stream_below(s, count)];
    return person;
}

uint32_t people_pick_other(const struct people *p, struct stream *s, uint32_t than, uint8_t role,
                           int64_t at_ms)
{
    uint32_t person = than;
    for (int i = 0; i < TRIES && person == than; i++)
        person = people_pick(p, s, role, MARKET_ANY, at_ms);
    return person;
}

uint32_t people_on_call(const struct people *p, uint8_t role, int64_t at_ms)
{
    uint32_t first = 0;
    const uint32_t count = range(p, role, MARKET_ANY, &first);
    const uint64_t week = (uint64_t)(at_ms / MS_PER_DAY + 3) / 7;
    uint32_t person = p->by_role[first + week % count];
    for (uint32_t i = 1; i < count && !is_at_work(p, person, at_ms); i++)
        person = p->by_role[first + (week + i) % count];
    return person;
}

void people_replace(struct people *p, uint32_t person)
{
    const uint32_t manager = p->persons[person].manager;
    engage(p, person);
    p->persons[person].manager = manager;
}

uint32_t user_pick(const struct people *p, struct stream *s, uint8_t market)
{
    const uint32_t row = stream_below(s, p->users / MARKET_SLOTS);
    const uint32_t slot = calendar_first_slot(market) + stream_below(s, markets[market].user_slots);
    return row * MARKET_SLOTS + slot;
}

uint32_t user_public_figure(const struct people *p, struct stream *s)
{
    const uint32_t rows = p->users / 4001;
    return rows == 0 ? 17 : stream_below(s, rows) * 4001 + 17;
}

bool user_is_employee(const struct people *p, uint32_t user)
{
    return user % p->stride == 0 && user / p->stride < p->count;
}
