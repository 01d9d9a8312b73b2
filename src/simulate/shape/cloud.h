/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "simulate/world.h"

/*
 * cloud: events of AWS CloudTrail (eventVersion 1.09).
 */
struct cloud_event {
    const char *service;       /* "s3.amazonaws.com" */
    const char *name;          /* "GetObject" */
    const char *identity_type; /* AssumedRole, IAMUser */
    const char *identity;      /* name of role or user */
    const char *key;           /* AKIA… or ASIA… */
    const char *ip;            /* or the name of a service */
    const char *agent;
    const char *parameter; /* of requestParameters: its name … */
    const char *value;     /* … and value; NULL for none */
    const char *second;    /* another */
    const char *second_value;
    const char *list; /* a third, a list of one */
    const char *list_value;
    const char *error; /* NULL for none */
    uint64_t number;   /* a numeric parameter "retentionInDays", where it is not 0 */
    bool reads;
    bool is_data;
};

/* Says it. */
void cloud_say(struct world *w, const struct cloud_event *e);
