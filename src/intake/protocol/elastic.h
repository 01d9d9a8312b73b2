/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/writer.h"
#include "intake/protocol/protocol.h"

/*
 * elastic: what an Elasticsearch client asks before and beside POST /_bulk: the version, the
 * licence, health, and templates, policies and pipelines, which are said to be there already, so
 * that clients do not set them up. Nothing of it is kept: a PUT is acknowledged and forgotten.
 */
enum { ELASTIC_ERROR_BYTES_MAX = 4096 /* of the body of elastic_error */ };

/* A question and its answer. */
struct elastic_probe {
    const char *method; /* GET, HEAD, PUT or POST; an answer to HEAD has no body */
    const char *path;   /* '*' stands for one segment, at the end for all that follow */
    int http_status;
    const char *content_type;
    const char *body;
};

/* The answer to a request that asks that; path is without the query string. NULL: there is none. */
const struct elastic_probe *elastic_probe(slice method, slice path);
/* The index of /INDEX/_bulk, empty for /_bulk; false if the path is neither. */
bool elastic_bulk_path(slice path, slice *ret_index);
/* An answer in JSON with the header X-Elastic-Product, which clients look for in each. */
struct protocol_answer elastic_answer(int http_status);
/* Writes {"error":{"root_cause":[…],"type":"…","reason":"…"},"status":N}. */
struct protocol_answer elastic_error(status s, const char *reason, struct writer *out);
/* As elastic_error for a token that is missing or wrong (401), a path that is not served (404). */
struct protocol_answer elastic_refusal(int http_status, const char *reason, struct writer *out);
