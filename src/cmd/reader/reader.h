/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "serve/query.h"

/*
 * reader: answers the questions of the front (serve/query.h) from the log, its openings and the
 * view. A private value is opened only after the scribe has recorded who looks at which records.
 */
struct reader;

/* Over the node's directory, for reading. E_NOT_FOUND, E_CORRUPT, E_NOMEM. */
status reader_new(const char *dir, struct reader **ret_reader, struct fault *f);
/* Wipes keys and what was opened. NULL is allowed. */
void reader_free(struct reader *r);
/* A long search asks now and then whether nobody waits for the answer to that question. */
void reader_stop_if(struct reader *r, bool (*is_over)(void *with, uint64_t id), void *with);
/* Answers one question; the body is a view that dies with the next call. What cannot be answered is
 * an answer too, with a status and a JSON error. */
struct query_answer reader_answer(struct reader *r, const struct query_ask *m);
