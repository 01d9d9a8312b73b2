/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "intake/build.h"

/*
 * route: tells from an event's own fields where it comes from (Sigma's product, service, category)
 * and when it happened. A table of rows; the first row whose fields are all there decides. Windows
 * events go by channel and event id. Users put rows of their own before the built-in ones.
 */
enum { ROUTE_CONDITIONS_MAX = 4, ROUTES_MAX = 1024 };

/* A field that must be there, with this value unless it is NULL. A '*' at the start or the end of
 * the value stands for anything. ASCII letters match in either case. */
struct route_condition {
    const char *field;
    const char *value;
};

struct route {
    const char *product;  /* NULL: not stated */
    const char *service;  /* several with commas between them, as a line may be of several */
    const char *category; /* as service */
    struct route_condition when[ROUTE_CONDITIONS_MAX]; /* ends early with a NULL field */
};

struct routes;

/* The built-in rows alone. NULL if memory is out. */
struct routes *routes_new(void);
void routes_free(struct routes *r);
/* Adds a row before the built-in ones and behind those added before. The texts are copied. E_LIMIT,
 * E_NOMEM, E_VALUE for a row without condition or without product, service and category. */
status routes_add(struct routes *r, const struct route *row);
/* Sets log source and time of the event from the fields of b; may add alias fields. The log source
 * that stands in the event already stays unless the fields tell more. */
void routes_apply(const struct routes *r, struct build *b, struct event *event);
