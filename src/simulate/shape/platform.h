/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "simulate/world.h"

/*
 * platform: events of the platform's own tools, as rules/README.md describes them, and the records
 * of access that go with those that touch user data.
 */
enum { NO_USER = UINT32_MAX };

/* Opens an event of a member of the staff: time by their clock, product, category, who, action,
 * subject (NO_USER for none) and from where. Members may follow; event_end ends it. */
struct json_writer *platform_staff(struct world *w, enum source source, const char *category,
                                   uint32_t actor, const char *action, uint32_t subject);
/* The same of a program or a stranger: actor, address and country as given, NULL for none. */
struct platform_other {
    const char *actor;
    const char *actor_kind; /* "automation", … */
    const char *source_ip;
    const char *country;
};
/* Opens an event as platform_staff does, by the clock of UTC. */
struct json_writer *platform_other(struct world *w, enum source source, const char *category,
                                   const struct platform_other *who, const char *action,
                                   uint32_t subject);

/* What somebody did to an account with the admin tool; NULL or "" for no case. */
void admin_tool_say(struct world *w, uint32_t actor, const char *action, uint32_t subject,
                    const char *reason);
/* A request to the platform's API. */
struct api_request {
    const char *token; /* its name */
    const char *token_type;
    const char *token_client;
    const char *actor;
    const char *source_ip;
    const char *country;
    const char *method;
    const char *path;
    const char *user_agent;
    const char *runner;
    uint32_t subject; /* NO_USER for none */
    uint32_t status;
};
/* Says it. */
void api_request_say(struct world *w, const struct api_request *r);

/* A record of kind access: a touch of user data. */
struct access {
    const char *actor;
    const char *actor_kind; /* human, service */
    const char *country;
    const char *store;
    const char *object;
    const char *class;
    const char *action;
    const char *purpose; /* NULL: none stated */
    const char *ticket;
    const char *grant;
    const char *market; /* of the subject */
    uint32_t subject;   /* NO_USER: not resolved */
    uint32_t rows;
};
/* Writes it, where records are asked for. */
void access_record(struct world *w, enum source source, const struct access *a);
