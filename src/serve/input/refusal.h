/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "serve/http.h"

/*
 * refusal: answers to requests without a valid token, as the clients of each protocol read them.
 */

/* Splunk: which of no token, another scheme or a wrong token it was. */
void refuse_hec(struct http_request *r);
/* Elasticsearch: a security_exception. */
void refuse_elastic(struct http_request *r);
/* Elasticsearch, for what is not here. */
void refuse_elastic_path(struct http_request *r);
/* OpenTelemetry: a google.rpc.Status in the encoding of the request. */
void refuse_otlp(struct http_request *r);
