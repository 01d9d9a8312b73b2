/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "serve/front_state.h"

/*
 * api: questions over HTTP that the reader answers (serve/query.h). A request waits until its
 * answer is there; there are at most API_WAITING_MAX, and more are told to come again.
 */
enum { API_WAITING_MAX = 256, API_LIMIT_DEFAULT = 100, API_INCIDENTS_MAX = 500 };

struct api;

/* fd: the socket to the reader, borrowed. E_NOMEM. */
status api_new(struct front *front, int fd, struct api **ret_api, struct fault *f);
/* Requests that wait are forgotten. NULL is allowed. */
void api_free(struct api *a);
/* Whether nobody waits. */
bool api_is_idle(const struct api *a);

struct query_ask;
struct query_answer;

/* Asks the reader; answered is called once with its answer, later. E_BUSY if too many questions
 * wait, E_LIMIT if it is too long. */
status api_ask(struct front *front, struct query_ask *m,
               void (*answered)(void *with, const struct query_answer *m), void *with);

/* Handlers of routes. */
void api_findings(struct front *front, struct http_request *r, const struct account *user);
void api_records(struct front *front, struct http_request *r, const struct account *user);
void api_record(struct front *front, struct http_request *r, const struct account *user);
void api_sources(struct front *front, struct http_request *r, const struct account *user);
void api_proof(struct front *front, struct http_request *r, const struct account *user);
void api_incidents(struct front *front, struct http_request *r, const struct account *user);
void api_incident(struct front *front, struct http_request *r, const struct account *user);
void api_incident_open(struct front *front, struct http_request *r, const struct account *user);
void api_incident_change(struct front *front, struct http_request *r, const struct account *user);
void api_enforcements(struct front *front, struct http_request *r, const struct account *user);
void api_notices(struct front *front, struct http_request *r, const struct account *user);
void api_orders(struct front *front, struct http_request *r, const struct account *user);
void api_appeals(struct front *front, struct http_request *r, const struct account *user);
void api_declared(struct front *front, struct http_request *r, const struct account *user);
void api_checkpoint(struct front *front, struct http_request *r, const struct account *user);
void api_checkpoint_newest(struct front *front, struct http_request *r, const struct account *user);
void api_tile(struct front *front, struct http_request *r, const struct account *user);
