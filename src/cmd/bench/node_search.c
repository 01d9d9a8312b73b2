/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/bench/node_search.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/num.h"
#include "cmd/bench/records.h"
#include "lib/http_client.h"
#include "os/clock.h"
#include "base/banned.h"

enum {
    PAGE_BYTES_MAX = 4 << 20,
    PAGE_RECORDS = 100,
    PAGES_MAX = 100'000,
    URL_BYTES_MAX = 2048,
    TIMEOUT_MS = 60'000,
};

/* A search at work. */
struct search {
    const char *url, *authorization, *term; /* borrowed */
    struct http_client *client;             /* owned */
    struct writer page;                     /* owned */
    uint64_t next;                          /* below which it goes on; 0: nothing is left */
    uint64_t pages, searched, ruled_out;
    double first_ms;
};

static status take_page(void *with, slice bytes)
{
    struct search *s = with;
    writer_bytes(&s->page, bytes);
    return writer_end(&s->page);
}

/* The number behind the last "name": of the page, which stands behind all records; 0 for null. */
static uint64_t number_of(slice page, const char *name)
{
    const slice wanted = slice_text(name);
    uint64_t number = 0;
    for (size_t at = page.len - (page.len < wanted.len ? page.len : wanted.len); at > 0; at--) {
        if (!slice_starts(slice_from(page, at), wanted)) continue;
        slice digits = slice_from(page, at + wanted.len);
        size_t len = 0;
        while (len < digits.len && digits.at[len] >= '0' && digits.at[len] <= '9')
            len++;
        return num_parse_u64((slice){ digits.at, len }, &number).code == E_OK ? number : 0;
    }
    return 0;
}

static status ask_page(struct search *s, struct fault *f)
{
    char url[URL_BYTES_MAX];
    unsigned code = 0;
    int len = snprintf(url, sizeof url, "%s/v1/records?kind=event&limit=%d&q=%s", s->url,
                       PAGE_RECORDS, s->term);
    if (len > 0 && len < URL_BYTES_MAX && s->next != 0) {
        len += snprintf(url + len, (size_t)(URL_BYTES_MAX - len), "&before=%" PRIu64, s->next);
    }
    if (len < 0 || len >= URL_BYTES_MAX) {
        return fault_set(f, FAIL(E_LIMIT), "--search: the term is too long");
    }
    const struct http_request request = { .url = url,
                                          .headers = { s->authorization },
                                          .timeout_ms = TIMEOUT_MS,
                                          .take = take_page,
                                          .with = s };
    s->page = writer_of(s->page.at, s->page.cap);
    TRY(http_client_send(s->client, &request, &code, f));
    if (code != 200) return fault_set(f, FAIL(E_DENIED), "/v1/records answered %u", code);
    const slice page = writer_slice(&s->page);
    s->next = number_of(page, "\"next\":");
    s->searched += number_of(page, "\"searched\":");
    s->ruled_out += number_of(page, "\"ruled_out\":");
    s->pages++;
    return OK;
}

static status ask_all(struct search *s, struct fault *f)
{
    const int64_t started_ns = clock_mono_ns();
    do {
        TRY(ask_page(s, f));
        if (s->pages == 1) s->first_ms = (double)(clock_mono_ns() - started_ns) / 1e6;
    } while (s->next != 0 && s->pages < PAGES_MAX);
    struct bench_line l;
    bench_line_begin(&l, "node.search");
    json_member_text(&l.j, "term", s->term);
    bench_line_number(&l, "first_page_ms", s->first_ms);
    bench_line_number(&l, "all_ms", (double)(clock_mono_ns() - started_ns) / 1e6);
    bench_line_number(&l, "pages", (double)s->pages);
    bench_line_number(&l, "searched", (double)s->searched);
    bench_line_number(&l, "ruled_out", (double)s->ruled_out);
    bench_line_end(&l);
    return OK;
}

status bench_search(const struct invocation *inv, const char *url, const char *authorization,
                    struct fault *f)
{
    const char *term = NULL;
    status s = OK;
    for (size_t i = 0; s.code == E_OK && (term = invocation_nth(inv, "--search", i)) != NULL; i++) {
        struct search search = { .url = url, .authorization = authorization, .term = term };
        search.page = writer_of(malloc(PAGE_BYTES_MAX), PAGE_BYTES_MAX);
        s = search.page.at == NULL ? FAIL(E_NOMEM) : http_client_new(&search.client);
        if (s.code == E_OK) s = ask_all(&search, f);
        http_client_free(search.client);
        free(search.page.at);
    }
    return s;
}
