/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "serve/http.h"

/*
 * center: answers for the Transparency Center (serve/center/pages.h). It asks the reader what is
 * public, at most every few seconds, and makes pages from its last answer; files of published
 * reports are read below DIR/center. It knows no user and keeps nothing about a reader.
 */
#define CENTER_FOLDER "center" /* in the node's directory: what is published */

struct account;
struct center;
struct front;

enum {
    CENTER_FRESH_MS = 2000,   /* facts younger than that are not asked for again */
    CENTER_WAITING_MAX = 256, /* requests that wait for the same answer; beyond it 503 */
};

/* Opens DIR/center where it is there. Before the front is confined. E_NOMEM. */
status center_new(struct front *front, struct center **ret_center, struct fault *f);
/* NULL is allowed. Requests that wait are not answered any more. */
void center_free(struct center *c);
/* Whether the Center answers the request: for a page or a file of its own, or for a path that is
 * nowhere, if the client wants a page. *ret_other_method if it has the path, but not so. */
bool center_takes(const struct http_request *r, bool *ret_other_method);
/* Answers it, now or when the reader has answered. A handler of a route. */
void center_answer(struct front *front, struct http_request *r, const struct account *account);
