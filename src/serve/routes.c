/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The routes of a node (design section 11): method, path, who may, and what answers.
 */
#include "base/base64.h"
#include "base/bytes.h"
#include "intake/protocol/elastic.h"
#include "record/schema.h"
#include "serve/api.h"
#include "serve/center/center.h"
#include "serve/front_state.h"
#include "serve/input/refusal.h"
#include "serve/openapi.h"
#include "serve/stream.h"
#include "base/banned.h"

/* Who may take a route. */
enum audience {
    FOR_ALL,
    FOR_SOURCES,
    FOR_USERS,     /* of any role */
    FOR_OPERATORS, /* who keeps the node running: administrators and programs */
    FOR_HANDLERS,  /* who works on findings: analysts, officers, administrators */
    FOR_DECIDERS,  /* who records decisions: handlers and programs */
};

struct route_row {
    const char *method;
    /* {name} stands for one part, {name*} for all that follow; NULL: /_bulk and /INDEX/_bulk */
    const char *path;
    enum audience audience;
    void (*answer)(struct front *front, struct http_request *r, const struct account *account);
    void (*refuse)(struct http_request *r); /* who has no token; NULL: refuse_stranger */
};

static void health(struct front *front, struct http_request *r, const struct account *account)
{
    static const char body[] = "{\"status\":\"ok\"}\n";
    const struct http_answer answer = { .code = 200,
                                        .type = "application/json",
                                        .body = { (const uint8_t *)body, sizeof body - 1 },
                                        .body_is = HTTP_STATIC };
    (void)front;
    (void)account;
    http_answer(r, &answer);
}

static void openapi(struct front *front, struct http_request *r, const struct account *account)
{
    const struct http_answer answer = { .code = 200,
                                        .type = "application/json",
                                        .body = { openapi_json, openapi_json_bytes },
                                        .body_is = HTTP_STATIC };
    (void)front;
    (void)account;
    http_answer(r, &answer);
}

static const struct route_row routes[] = {
    { "POST", "/v1/events", FOR_SOURCES, input_events, NULL },
    { "POST", "/v1/logs", FOR_SOURCES, input_otlp, refuse_otlp },
    { "POST", "/services/collector", FOR_SOURCES, input_hec_event, refuse_hec },
    { "POST", "/services/collector/event", FOR_SOURCES, input_hec_event, refuse_hec },
    { "POST", "/services/collector/event/1.0", FOR_SOURCES, input_hec_event, refuse_hec },
    { "POST", "/services/collector/raw", FOR_SOURCES, input_hec_raw, refuse_hec },
    { "POST", "/services/collector/raw/1.0", FOR_SOURCES, input_hec_raw, refuse_hec },
    { "POST", "/services/collector/ack", FOR_SOURCES, input_hec_ack, refuse_hec },
    { "GET", "/services/collector/health", FOR_ALL, input_hec_health, NULL },
    { "GET", "/services/collector/health/1.0", FOR_ALL, input_hec_health, NULL },
    { "POST", NULL, FOR_SOURCES, input_bulk, refuse_elastic },
    { "PUT", NULL, FOR_SOURCES, input_bulk, refuse_elastic },
    { "GET", "/v1/findings", FOR_USERS, api_findings, NULL },
    { "GET", "/v1/records", FOR_USERS, api_records, NULL },
    { "GET", "/v1/records/{index}", FOR_USERS, api_record, NULL },
    { "GET", "/v1/records/{index}/proof", FOR_USERS, api_proof, NULL },
    { "GET", "/v1/sources", FOR_USERS, api_sources, NULL },
    { "GET", "/v1/incidents", FOR_USERS, api_incidents, NULL },
    { "POST", "/v1/incidents", FOR_HANDLERS, api_incident_open, NULL },
    { "GET", "/v1/incidents/{incident}", FOR_USERS, api_incident, NULL },
    { "PATCH", "/v1/incidents/{incident}", FOR_HANDLERS, api_incident_change, NULL },
    { "POST", "/v1/enforcements", FOR_DECIDERS, api_enforcements, NULL },
    { "POST", "/v1/notices", FOR_DECIDERS, api_notices, NULL },
    { "POST", "/v1/orders", FOR_DECIDERS, api_orders, NULL },
    { "POST", "/v1/appeals", FOR_DECIDERS, api_appeals, NULL },
    { "POST", "/v1/declared", FOR_DECIDERS, api_declared, NULL },
    { "GET", "/v1/stream", FOR_USERS, api_stream, NULL },
    { "GET", "/checkpoint", FOR_ALL, api_checkpoint, NULL },
    { "GET", "/checkpoint/newest", FOR_ALL, api_checkpoint_newest, NULL },
    { "GET", "/tile/{tile*}", FOR_ALL, api_tile, NULL },
    { "GET", "/healthz", FOR_ALL, health, NULL },
    { "GET", "/metrics", FOR_OPERATORS, api_metrics, NULL },
    { "GET", "/openapi.json", FOR_ALL, openapi, NULL },
};

/* Pages and what people mistype; tried when no other route has the path. */
static const struct route_row center_route = { "GET", "", FOR_ALL, center_answer, NULL };

/* The last part of Base64 text "name:token" or "id:token". */
static const struct account *account_of_pair(const struct front *front, slice text)
{
    uint8_t pair[512];
    size_t len = 0;
    if (text.len / 4 * 3 > sizeof pair) return NULL;
    if (base64_decode(text, pair, sizeof pair, &len).code != E_OK) return NULL;
    const uint8_t *colon = memchr(pair, ':', len);
    if (colon == NULL) return NULL;
    const slice all = { pair, len };
    const struct account *a =
        accounts_of_token(&front->accounts, slice_from(all, (size_t)(colon - pair) + 1));
    bytes_wipe(pair, sizeof pair);
    return a;
}

const struct account *front_account(const struct front *front, const struct http_request *r)
{
    static const struct {
        const char *scheme;
        bool is_pair;
    } schemes[] = {
        { "Bearer ", false },
        { "Splunk ", false },
        { "ApiKey ", true },
        { "Basic ", true },
    };
    slice header = {};
    if (!http_header(r, "Authorization", &header)) return NULL;
    for (size_t i = 0; i < COUNT_OF(schemes); i++) {
        const slice scheme = slice_text(schemes[i].scheme);
        if (!slice_starts(header, scheme)) continue;
        const slice rest = slice_from(header, scheme.len);
        return schemes[i].is_pair ? account_of_pair(front, rest)
                                  : accounts_of_token(&front->accounts, rest);
    }
    return NULL;
}

/* The part up to the next slash; what follows it is left in *rest. */
static slice part_of(slice *rest)
{
    const uint8_t *slash = memchr(rest->at, '/', rest->len);
    const size_t len = slash == NULL ? rest->len : (size_t)(slash - rest->at);
    const slice part = { rest->at, len };
    *rest = slice_from(*rest, slash == NULL ? len : len + 1);
    return part;
}

static bool path_fits(const struct route_row *route, slice path)
{
    slice index = {};
    if (route->path == NULL) return elastic_bulk_path(path, &index);
    slice pattern = slice_text(route->path);
    while (pattern.len > 0 && path.len > 0) {
        const slice want = part_of(&pattern);
        const bool is_rest = want.len > 2 && want.at[want.len - 2] == '*';
        if (is_rest) return true;
        const slice part = part_of(&path);
        const bool is_any = want.len > 2 && want.at[0] == '{' && part.len > 0;
        if (!is_any && !slice_equal(part, want)) return false;
    }
    return pattern.len == 0 && path.len == 0;
}

/* NULL if no route has the path; *ret_other_method if only with another method. */
static const struct route_row *route_of(const struct http_request *r, bool *ret_other_method)
{
    *ret_other_method = false;
    for (size_t i = 0; i < COUNT_OF(routes); i++) {
        if (!path_fits(&routes[i], http_path(r))) continue;
        const bool fits = http_is(r, routes[i].method) ||
                          (http_is(r, "HEAD") && strcmp(routes[i].method, "GET") == 0);
        if (fits) return &routes[i];
        *ret_other_method = true;
    }
    if (!*ret_other_method && center_takes(r, ret_other_method)) return &center_route;
    return NULL;
}

static bool may(const struct route_row *route, const struct account *account)
{
    switch (route->audience) {
    case FOR_SOURCES:
        return account != NULL && account->kind == ACCOUNT_SOURCE;
    case FOR_USERS:
        return account != NULL && account->kind == ACCOUNT_USER;
    case FOR_HANDLERS:
        return account != NULL && account->kind == ACCOUNT_USER &&
               (account->role == VALUE_role_analyst || account->role == VALUE_role_officer ||
                account->role == VALUE_role_administrator);
    case FOR_DECIDERS:
        return account != NULL && account->kind == ACCOUNT_USER &&
               account->role != VALUE_role_auditor;
    case FOR_OPERATORS:
        return account != NULL && account->kind == ACCOUNT_USER &&
               (account->role == VALUE_role_administrator || account->role == VALUE_role_program);
    case FOR_ALL:
    default:
        return true;
    }
}

static void refuse_stranger(struct http_request *r)
{
    static const struct http_header headers[] = { { "WWW-Authenticate", "Bearer" } };
    static const char body[] = "{\"error\":\"a valid token is required: Authorization: Bearer "
                               "TOKEN\"}\n";
    const struct http_answer answer = { .code = 401,
                                        .type = "application/json",
                                        .body = { (const uint8_t *)body, sizeof body - 1 },
                                        .body_is = HTTP_STATIC,
                                        .headers = headers,
                                        .header_count = COUNT_OF(headers) };
    http_answer(r, &answer);
}

/* Clients of Elasticsearch ask before they send, with the token that they send with. To such a
 * token "/" and the like are their questions, to everybody else they are pages. */
static bool answer_probe(const struct front *front, struct http_request *r)
{
    const struct account *account = front_account(front, r);
    return account != NULL && account->kind == ACCOUNT_SOURCE && input_elastic_probe(r);
}

/* What a client of Elasticsearch may ask for that is not here: single documents, searches. */
static bool is_elastic_path(const struct front *front, const struct http_request *r)
{
    const struct account *account = front_account(front, r);
    const slice path = http_path(r);
    if (account == NULL || account->kind != ACCOUNT_SOURCE) return false;
    return memmem(path.at, path.len, "/_", 2) != NULL;
}

static void refuse_path(const struct front *front, struct http_request *r, bool other_method)
{
    if (is_elastic_path(front, r)) {
        refuse_elastic_path(r);
    } else if (other_method) {
        http_error(r, 405, "this path does not take that method");
    } else if (slice_starts(http_path(r), slice_text("/_")) &&
               elastic_probe(http_method(r), http_path(r)) != NULL) {
        refuse_elastic(r);
    } else {
        http_error(r, 404, "no such path; see /openapi.json");
    }
}

/* A node that must not sign takes nothing: senders keep what they have and try again. */
static bool refuse_writing(const struct front *front, struct http_request *r,
                           const struct route_row *route)
{
    static const struct http_header headers[] = { { "Retry-After", "60" } };
    static const char body[] = "{\"error\":\"this node is read-only: it was restored and must not "
                               "sign yet; nothing was taken\"}\n";
    const struct http_answer answer = { .code = 503,
                                        .type = "application/json",
                                        .body = { (const uint8_t *)body, sizeof body - 1 },
                                        .body_is = HTTP_STATIC,
                                        .headers = headers,
                                        .header_count = COUNT_OF(headers) };
    const bool writes = route->audience == FOR_SOURCES || route->audience == FOR_HANDLERS ||
                        route->audience == FOR_DECIDERS;
    if (!front->is_read_only || !writes) return false;
    http_answer(r, &answer);
    return true;
}

/* Answers, if the request is to be refused before its body is read. */
static const struct route_row *admit_route(struct front *front, struct http_request *r,
                                           const struct account **ret_account)
{
    bool other_method = false;
    const struct route_row *route = route_of(r, &other_method);
    if ((route == NULL || route->audience == FOR_ALL) && answer_probe(front, r)) return NULL;
    if (route == NULL) {
        refuse_path(front, r, other_method);
        return NULL;
    }
    *ret_account = route->audience == FOR_ALL ? NULL : front_account(front, r);
    if (may(route, *ret_account)) return refuse_writing(front, r, route) ? NULL : route;
    if (*ret_account != NULL) {
        http_error(r, 403, "this token does not open that path");
    } else if (route->refuse != NULL) {
        route->refuse(r);
    } else {
        refuse_stranger(r);
    }
    return NULL;
}

static void admit(void *self, struct http_request *r)
{
    const struct account *account = NULL;
    (void)admit_route(self, r, &account);
}

/* The table of accounts may have changed while the body came, so the question is asked again. */
static void handle(void *self, struct http_request *r)
{
    struct front *front = self;
    const struct account *account = NULL;
    const struct route_row *route = admit_route(front, r, &account);
    if (route != NULL) route->answer(front, r, account);
}

const struct http_calls front_http_calls = { .admit = admit, .handle = handle };
