/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/status.h"
#include "simulate/calendar.h"
#include "simulate/random.h"

/*
 * people: the staff, stored, and the users, who are a function of their number. All names are
 * invented: a list of given names and surnames put together from syllables.
 */
enum role {
    ROLE_SUPPORT,
    ROLE_MODERATOR,
    ROLE_ENGINEER,
    ROLE_OPERATIONS,
    ROLE_ANALYST,
    ROLE_SECURITY,
    ROLE_LEGAL,
    ROLE_PRIVACY,
    ROLE_PEOPLE,
    ROLE_HELPDESK,
    ROLE_OTHER,
    ROLES,
    ROLE_ANY = ROLES,
};
enum { ACCOUNT_BYTES = 40, PERSON_NONE = UINT32_MAX };

struct person {
    char account[ACCOUNT_BYTES]; /* NUL-terminated: "mira.tolvane" */
    uint8_t role;
    uint8_t market;
    bool leaving; /* has given notice */
    bool gone;    /* and nobody has followed yet */
    uint32_t manager;
    uint32_t private_user; /* their own account on the platform */
    uint32_t employment;   /* from 1 */
};

struct people {
    uint64_t seed;
    uint32_t users;
    uint32_t count;
    uint32_t employments;   /* given so far */
    uint32_t stride;        /* between the users that are staff */
    struct person *persons; /* owned; count of them */
    uint32_t *by_role;      /* owned; persons by role and, within it, by market */
    uint32_t first[ROLES * MARKETS + 1];
};

/* E_NOMEM. */
status people_init(struct people *p, uint64_t seed, uint32_t staff, uint32_t users);
void people_done(struct people *p);
/* "support" and the like. */
const char *role_name(uint8_t role);
/* How many have that role (or ROLE_ANY) in that market (or MARKET_ANY). */
uint32_t people_count(const struct people *p, uint8_t role, uint8_t market);
/* One of them who works in the week of that time; where there is none in the market, of another;
 * where all are on leave, any. */
uint32_t people_pick(const struct people *p, struct stream *s, uint8_t role, uint8_t market,
                     int64_t at_ms);
/* As people_pick, but never that person, unless there is nobody else. */
uint32_t people_pick_other(const struct people *p, struct stream *s, uint32_t than, uint8_t role,
                           int64_t at_ms);
/* Who of the role is on call in the week of that time. */
uint32_t people_on_call(const struct people *p, uint8_t role, int64_t at_ms);
/* Somebody new takes the place. */
void people_replace(struct people *p, uint32_t person);

/* A user of that market. */
uint32_t user_pick(const struct people *p, struct stream *s, uint8_t market);
/* The market in which the user lives. */
static inline uint8_t user_market(uint32_t user)
{
    return calendar_user_market(user % MARKET_SLOTS);
}
/* Whether the account is the private one of somebody of the staff. */
bool user_is_employee(const struct people *p, uint32_t user);
/* One of the public figures. */
uint32_t user_public_figure(const struct people *p, struct stream *s);
/* About one user in four thousand is a public figure. */
static inline bool user_is_public_figure(uint32_t user)
{
    return user % 4001 == 17;
}
