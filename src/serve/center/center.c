/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/center/center.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "os/clock.h"
#include "os/dir.h"
#include "serve/api.h"
#include "serve/center/assets.h"
#include "serve/center/build.h"
#include "serve/center/pages.h"
#include "serve/front_state.h"
#include "serve/query.h"
#include "serve/rule_pack.h"
#include "base/banned.h"

/* What no page here may do, whatever stands in it: run a script, load from elsewhere, be framed. */
static const char policy[] = "default-src 'none'; style-src 'self'; img-src 'self'; "
                             "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
static const char policy_with_script[] =
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self' 'wasm-unsafe-eval'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

enum { HOST_BYTES_MAX = 300, TAG_BYTES = 16 };

struct center {
    struct front *front;
    struct facts *facts; /* the newest; NULL until the reader has answered */
    int64_t facts_ns;    /* when they came */
    bool is_asking;
    struct http_request *waiting[CENTER_WAITING_MAX];
    size_t waiting_count;
    struct file folder; /* DIR/center */
    struct file rules;  /* DIR/rules */
    bool has_folder, has_rules;
    struct center_build build;
    struct assets assets;
    uint8_t *page; /* owned, PAGE_BYTES_MAX */
};

static bool open_below(const struct front *front, const char *name, struct file *ret_folder)
{
    char path[FRONT_PATH_BYTES_MAX + 16];
    struct fault unused;
    snprintf(path, sizeof path, "%s/%s", front->options->dir, name);
    return dir_open(NULL, path, ret_folder, &unused).code == E_OK;
}

status center_new(struct front *front, struct center **ret_center, struct fault *f)
{
    struct center *c = calloc(1, sizeof *c);
    if (c != NULL) c->page = malloc(PAGE_BYTES_MAX);
    if (c == NULL || c->page == NULL) {
        free(c);
        return fault_set(f, FAIL(E_NOMEM), "out of memory");
    }
    c->front = front;
    c->has_folder = open_below(front, CENTER_FOLDER, &c->folder);
    c->has_rules = open_below(front, RULE_PACK_FOLDER, &c->rules);
    build_read(&c->build);
    assets_init(&c->assets);
    *ret_center = c;
    return OK;
}

void center_free(struct center *c)
{
    if (c == NULL) return;
    if (c->has_folder) file_close(&c->folder);
    if (c->has_rules) file_close(&c->rules);
    facts_free(c->facts);
    free(c->page);
    free(c);
}

/* Browsers say so; other clients are better served by a line of JSON. */
static bool wants_page(const struct http_request *r)
{
    static const char html[] = "text/html";
    slice accepted = {};
    if (!http_header(r, "Accept", &accepted)) return false;
    while (accepted.len >= sizeof html - 1 && !slice_starts(accepted, slice_text(html)))
        accepted = slice_from(accepted, 1);
    return accepted.len >= sizeof html - 1;
}

bool center_takes(const struct http_request *r, bool *ret_other_method)
{
    const bool reads = http_is(r, "GET") || http_is(r, "HEAD");
    const bool has = pages_have(http_path(r)) || assets_have(http_path(r));
    if (has && !reads) *ret_other_method = true;
    return reads && (has || wants_page(r));
}

/* ---- the answer ---- */

static bool is_known(const struct http_request *r, const char *tag)
{
    slice known = {};
    const slice want = slice_text(tag);
    if (!http_header(r, "If-None-Match", &known)) return false;
    if (slice_is(known, "*")) return true;
    for (; known.len >= want.len; known = slice_from(known, 1)) {
        if (slice_starts(known, want)) return true;
    }
    return false;
}

/* Everything that leaves here leaves with the same headers. */
static void send(struct http_request *r, const struct http_answer *body, const char *security,
                 const char *tag, const char *cache)
{
    const bool same = tag[0] != '\0' && body->code == 200 && is_known(r, tag);
    const struct http_header headers[] = {
        { "Content-Security-Policy", security },
        { "X-Content-Type-Options", "nosniff" },
        { "Referrer-Policy", "no-referrer" },
        { "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()" },
        { "Cross-Origin-Opener-Policy", "same-origin" },
        { "Cross-Origin-Resource-Policy", "same-origin" },
        { "Strict-Transport-Security", http_is_tls(r) ? "max-age=31536000" : "" },
        { "ETag", tag },
        { "Cache-Control", cache },
    };
    struct http_answer answer = *body;
    answer.headers = headers;
    answer.header_count = COUNT_OF(headers);
    if (same) {
        struct file file = { .fd = body->fd };
        if (body->body_is == HTTP_FILE) file_close(&file);
        answer.code = 304;
        answer.body_is = HTTP_COPIED;
        answer.type = NULL;
        answer.body = slice_none();
    }
    http_answer(r, &answer);
}

static void send_asset(struct http_request *r, const struct asset *a)
{
    const bool is_versioned = http_target(r).len > http_path(r).len; /* ?HASH */
    const struct http_answer answer = {
        .code = 200, .type = a->type, .body = a->bytes, .body_is = HTTP_STATIC
    };
    send(r, &answer, a->policy != NULL ? a->policy : policy, a->tag,
         is_versioned ? "public, max-age=31536000, immutable" : "no-cache");
}

/* A report as it was published has its style in its head. */
static const char policy_of_file[] =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

static void send_file(struct http_request *r, const struct page *p)
{
    char tag[2 * TAG_BYTES + 3];
    snprintf(tag, sizeof tag, "\"%016llx\"", (unsigned long long)p->file_tag);
    const struct http_answer answer = { .code = 200,
                                        .type = p->type,
                                        .body = { NULL, p->file_bytes },
                                        .body_is = HTTP_FILE,
                                        .fd = p->file.fd };
    send(r, &answer, policy_of_file, tag, p->cache);
}

static void send_page(struct http_request *r, struct page *p)
{
    char tag[2 * TAG_BYTES + 3] = "";
    const hash h = sha256(writer_slice(&p->w));
    struct writer w = writer_of(tag, sizeof tag - 1);
    writer_text(&w, "\"");
    writer_hex(&w, (slice){ h.bytes, TAG_BYTES });
    writer_text(&w, "\"");
    const struct http_answer answer = { .code = p->code,
                                        .type = p->type,
                                        .body = writer_slice(&p->w) };
    send(r, &answer, p->has_script ? policy_with_script : policy, tag, p->cache);
}

/* ---- pages ---- */

/* "https://example.com": as the operator says, or as the reader wrote it. */
static slice host_of(const struct center *c, const struct http_request *r, char *room, size_t cap)
{
    const char *url = c->front->options->config.center.url;
    slice host = {};
    struct writer w = writer_of(room, cap);
    if (url[0] != '\0') return slice_text(url);
    if (!http_header(r, "Host", &host)) return slice_none();
    writer_text(&w, http_is_tls(r) ? "https://" : "http://");
    writer_bytes(&w, host);
    return w.error == E_OK ? writer_slice(&w) : slice_none();
}

static void answer_with(struct center *c, struct http_request *r,
                        const struct receipt_found *receipt)
{
    char host[HOST_BYTES_MAX];
    slice token = slice_none();
    const struct center_view view = { .facts = c->facts,
                                      .build = &c->build,
                                      .config = &c->front->options->config.center,
                                      .folder = c->has_folder ? &c->folder : NULL,
                                      .rules = c->has_rules ? &c->rules : NULL,
                                      .receipt = receipt,
                                      .log_key = slice_text(c->front->log_key),
                                      .bundle = &c->front->bundle,
                                      .has_verifier = c->assets.has_verifier,
                                      .stylesheet = c->assets.stylesheet,
                                      .host = host_of(c, r, host, sizeof host) };
    struct page p = { .w = writer_of(c->page, PAGE_BYTES_MAX),
                      .view = &view,
                      .type = "text/html; charset=utf-8",
                      .cache = "no-cache",
                      .code = 200 };
    (void)http_query(r, "token", &token);
    pages_write(&p, http_path(r), token);
    if (p.has_file) {
        send_file(r, &p);
    } else {
        send_page(r, &p);
    }
}

/* ---- receipts: what is asked of the reader for one page ---- */

struct receipt_ask {
    struct center *center;
    struct http_request *request;
    uint64_t index;
};

static void receipt_answered(void *with, const struct query_answer *m)
{
    const struct receipt_ask ask = *(struct receipt_ask *)with;
    struct receipt_found found = {};
    free(with);
    const bool is_there =
        m->status == 200 && receipt_found_parse(m->body, ask.index, &found).code == E_OK;
    answer_with(ask.center, ask.request, is_there ? &found : NULL);
}

/* The token in the path or the query; empty if it is another page. */
static slice receipt_token(const struct http_request *r)
{
    static const char path[] = "/receipts/";
    slice token = slice_none();
    if (!slice_starts(http_path(r), slice_text(path))) return slice_none();
    const slice rest = slice_from(http_path(r), sizeof path - 1);
    if (rest.len == 0) (void)http_query(r, "token", &token);
    return rest.len > 0 ? rest : token;
}

/* Whether the page has to wait for the receipt that it asks for. */
static bool ask_receipt(struct center *c, struct http_request *r)
{
    uint64_t index = 0;
    hash leaf = {};
    const slice token = receipt_token(r);
    if (token.len == 0 || receipt_parse(token, &index, &leaf).code != E_OK) return false;
    struct query_ask m = { .question = QUERY_RECEIPT,
                           .who = slice_none(),
                           .index = index,
                           .text = { leaf.bytes, sizeof leaf.bytes } };
    struct receipt_ask *ask = malloc(sizeof *ask);
    if (ask == NULL) return false;
    *ask = (struct receipt_ask){ c, r, index };
    if (api_ask(c->front, &m, receipt_answered, ask).code == E_OK) return true;
    free(ask);
    http_error(r, 503, "the node is busy: come again in a moment");
    return true;
}

static void answer_page(struct center *c, struct http_request *r)
{
    if (c->facts == NULL) {
        http_error(r, 503, "the node is busy: come again in a moment");
    } else if (!ask_receipt(c, r)) {
        answer_with(c, r, NULL);
    }
}

static void take_facts(struct center *c, const struct query_answer *m)
{
    struct facts *facts = NULL;
    struct fault unused;
    if (m->status != 200 || facts_read(m->body, &facts, &unused).code != E_OK) return;
    facts_free(c->facts);
    c->facts = facts;
    c->facts_ns = clock_mono_ns();
}

/* The reader has answered: all who wait get their page. */
static void answered(void *with, const struct query_answer *m)
{
    struct center *c = with;
    take_facts(c, m);
    c->is_asking = false;
    const size_t count = c->waiting_count;
    c->waiting_count = 0;
    for (size_t i = 0; i < count; i++)
        answer_page(c, c->waiting[i]);
}

static bool is_fresh(const struct center *c)
{
    const int64_t age_ns = clock_mono_ns() - c->facts_ns;
    return c->facts != NULL && age_ns < CENTER_FRESH_MS * CLOCK_NS_PER_MS;
}

/* Whether the facts are on their way. */
static bool ask(struct center *c)
{
    struct query_ask m = { .question = QUERY_FACTS, .who = slice_none(), .text = slice_none() };
    if (!c->is_asking) c->is_asking = api_ask(c->front, &m, answered, c).code == E_OK;
    return c->is_asking;
}

static void answer_when_known(struct center *c, struct http_request *r)
{
    if (is_fresh(c)) {
        answer_page(c, r);
    } else if (c->waiting_count == CENTER_WAITING_MAX || !ask(c)) {
        answer_page(c, r); /* with older facts, or none */
    } else {
        c->waiting[c->waiting_count++] = r;
    }
}

void center_answer(struct front *front, struct http_request *r, const struct account *account)
{
    const struct asset *asset = assets_at(&front->center->assets, http_path(r));
    (void)account;
    if (asset != NULL) {
        send_asset(r, asset);
        return;
    }
    answer_when_known(front->center, r);
}
