/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/http_client.h"

#include <curl/curl.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/banned.h"

struct http_client {
    CURL *curl;
    char why[CURL_ERROR_SIZE];
    const struct http_request *request; /* while it is sent */
    status taken;
};

static size_t on_bytes(char *bytes, size_t size, size_t count, void *with)
{
    struct http_client *c = with;
    if (c->request->take == NULL) return size * count;
    c->taken = c->request->take(c->request->with, (slice){ (uint8_t *)bytes, size * count });
    return c->taken.code == E_OK ? size * count : CURL_WRITEFUNC_ERROR;
}

status http_client_new(struct http_client **ret_client)
{
    struct http_client *c = calloc(1, sizeof *c);
    if (c != NULL) c->curl = curl_easy_init();
    if (c == NULL || c->curl == NULL) {
        free(c);
        return FAIL(E_NOMEM);
    }
    *ret_client = c;
    return OK;
}

void http_client_free(struct http_client *c)
{
    if (c == NULL) return;
    curl_easy_cleanup(c->curl);
    free(c);
}

static CURLcode configure(struct http_client *c, const struct http_request *r,
                          struct curl_slist *headers)
{
    CURL *const curl = c->curl;
    const bool posts = r->body.at != NULL;
    CURLcode set = CURLE_OK;
    curl_easy_reset(curl); /* the connection stays */
#define SET(option, value)                                                                         \
    if (set == CURLE_OK) set = curl_easy_setopt(curl, option, value)
    SET(CURLOPT_ERRORBUFFER, c->why);
    SET(CURLOPT_URL, r->url);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_CONNECTTIMEOUT, (long)HTTP_CLIENT_CONNECT_S);
    SET(CURLOPT_TIMEOUT_MS, (long)r->timeout_ms);
    SET(CURLOPT_HTTPHEADER, headers);
    SET(CURLOPT_WRITEFUNCTION, on_bytes);
    SET(CURLOPT_WRITEDATA, c);
    if (r->ca != NULL) SET(CURLOPT_CAINFO, r->ca);
    if (posts) {
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_POSTFIELDS, (const char *)r->body.at);
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.len);
    }
#undef SET
    return set;
}

static status failed(struct http_client *c, CURLcode code, struct fault *f)
{
    if (c->taken.code != E_OK) return c->taken;
    const char *why = c->why[0] != '\0' ? c->why : curl_easy_strerror(code);
    const bool is_bad = code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL;
    if (code == CURLE_OUT_OF_MEMORY) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    return fault_set(f, FAIL(is_bad ? E_VALUE : E_CLOSED), "%.200s: %.200s", c->request->url, why);
}

status http_client_send(struct http_client *c, const struct http_request *request,
                        unsigned *ret_status, struct fault *f)
{
    /* A body is sent at once, not after a 100 that costs a round trip. */
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
    bool complete = headers != NULL;
    long code = 0;
    for (size_t i = 0; i < HTTP_CLIENT_HEADERS_MAX && request->headers[i] != NULL; i++) {
        struct curl_slist *longer = curl_slist_append(headers, request->headers[i]);
        complete = complete && longer != NULL;
        if (longer != NULL) headers = longer;
    }
    c->request = request;
    c->why[0] = '\0';
    c->taken = OK;
    CURLcode done = complete ? configure(c, request, headers) : CURLE_OUT_OF_MEMORY;
    if (done == CURLE_OK) done = curl_easy_perform(c->curl);
    if (done == CURLE_OK) done = curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &code);
    curl_slist_free_all(headers);
    if (done != CURLE_OK) return failed(c, done, f);
    *ret_status = (unsigned)code;
    return OK;
}
