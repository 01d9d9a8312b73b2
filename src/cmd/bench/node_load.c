/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/bench/node_load.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "base/bytes.h"
#include "base/num.h"
#include "lib/http_client.h"
#include "os/clock.h"
#include "base/banned.h"

enum {
    ANSWER_BYTES_MAX = 64 * 1024,
    POST_TIMEOUT_MS = 60'000,
    PAUSE_MS = 20, /* after a push-back */
    POSTS_FIRST = 1024,
};

struct sender {
    const struct load *load;
    pthread_t thread;
    bool runs;
    size_t number;
    int64_t start_ns, end_ns;
    struct http_client *client;
    uint8_t answer[ANSWER_BYTES_MAX];
    struct writer body;
    struct load_post *posts; /* owned */
    size_t count, cap;
    uint64_t busy;
    status result;
    struct fault fault;
};

static status take(void *with, slice bytes)
{
    struct sender *s = with;
    writer_bytes(&s->body, bytes);
    return writer_end(&s->body);
}

/* The number behind the name in a flat answer. */
static status number_of(slice answer, const char *name, uint64_t *ret_value)
{
    const uint8_t *at = memmem(answer.at, answer.len, name, strlen(name));
    if (at == NULL) return FAIL(E_SYNTAX);
    const slice rest = slice_from(answer, (size_t)(at - answer.at) + strlen(name));
    size_t digits = 0;
    while (digits < rest.len && rest.at[digits] >= '0' && rest.at[digits] <= '9')
        digits++;
    return num_parse_u64((slice){ rest.at, digits }, ret_value);
}

static status note(struct sender *s, const struct load_piece *piece, int64_t due_ns)
{
    uint64_t first = 0;
    if (s->count == s->cap) {
        const size_t cap = s->cap == 0 ? POSTS_FIRST : 2 * s->cap;
        struct load_post *more = realloc(s->posts, cap * sizeof *more);
        if (more == NULL) return fault_set(&s->fault, FAIL(E_NOMEM), "out of memory");
        s->posts = more;
        s->cap = cap;
    }
    const status read = number_of(writer_slice(&s->body), "\"first_index\":", &first);
    if (read.code != E_OK) return fault_set(&s->fault, read, "no event of a request was taken");
    s->posts[s->count++] = (struct load_post){ due_ns, clock_mono_ns(), first, piece->events,
                                               (uint32_t)piece->lines.len };
    return OK;
}

/* Sends one piece until the node takes it. */
static status post(struct sender *s, const struct load_piece *piece, int64_t due_ns)
{
    const struct http_request request = {
        .url = s->load->url,
        .body = piece->lines,
        .timeout_ms = POST_TIMEOUT_MS,
        .headers = { s->load->authorization, "Content-Type: application/x-ndjson" },
        .take = take,
        .with = s,
    };
    for (;;) {
        unsigned code = 0;
        s->body = writer_of(s->answer, sizeof s->answer);
        TRY(http_client_send(s->client, &request, &code, &s->fault));
        if (code == 200) return note(s, piece, due_ns);
        if (code != 429 && code != 503) {
            return fault_set(&s->fault, FAIL(E_VALUE), "the node answered %u: %.*s", code,
                             (int)(s->body.len < 200 ? s->body.len : 200), (const char *)s->answer);
        }
        s->busy++;
        clock_sleep_until(clock_mono_ns() + PAUSE_MS * CLOCK_NS_PER_MS);
    }
}

static status send_all(struct sender *s)
{
    const struct load *load = s->load;
    int64_t due_ns = s->start_ns;
    for (size_t i = s->number;; i += load->senders) {
        const struct load_piece *piece = &load->pieces[i % load->piece_count];
        if (load->rate != 0) {
            clock_sleep_until(due_ns);
        } else {
            due_ns = clock_mono_ns();
        }
        if (due_ns >= s->end_ns) return OK;
        if (s->count == LOAD_POSTS_MAX) {
            return fault_set(&s->fault, FAIL(E_LIMIT), "more than %d requests", LOAD_POSTS_MAX);
        }
        TRY(post(s, piece, due_ns));
        if (load->rate == 0) continue;
        due_ns += (int64_t)((double)piece->events * (double)load->senders / (double)load->rate *
                            CLOCK_NS_PER_S);
    }
}

static void *sender_run(void *with)
{
    struct sender *s = with;
    s->result = send_all(s);
    return NULL;
}

static status collect(struct sender *senders, size_t count, struct load_result *r, struct fault *f)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        if (senders[i].result.code != E_OK) {
            *f = senders[i].fault;
            return senders[i].result;
        }
        total += senders[i].count;
    }
    r->posts = calloc(total + 1, sizeof *r->posts);
    if (r->posts == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < senders[i].count; k++)
            r->posts[r->count++] = senders[i].posts[k];
        r->busy += senders[i].busy;
    }
    return OK;
}

static status start(struct sender *s, const struct load *load, size_t number, int64_t now)
{
    s->load = load;
    s->number = number;
    s->start_ns = now;
    s->end_ns = now + (int64_t)(load->seconds * CLOCK_NS_PER_S);
    TRY(http_client_new(&s->client));
    s->runs = pthread_create(&s->thread, NULL, sender_run, s) == 0;
    return s->runs ? OK : FAIL(E_NOMEM);
}

status load_run(const struct load *load, struct load_result *ret_result, struct fault *f)
{
    struct sender *senders = calloc(load->senders, sizeof *senders);
    const int64_t now = clock_mono_ns();
    status result = senders == NULL ? FAIL(E_NOMEM) : OK;
    *ret_result = (struct load_result){};
    for (size_t i = 0; result.code == E_OK && i < load->senders; i++)
        result = start(&senders[i], load, i, now);
    if (result.code != E_OK) result = fault_set(f, result, "out of memory");
    for (size_t i = 0; senders != NULL && i < load->senders; i++) {
        if (senders[i].runs) pthread_join(senders[i].thread, NULL);
        http_client_free(senders[i].client);
    }
    ret_result->seconds = (double)(clock_mono_ns() - now) / CLOCK_NS_PER_S;
    if (result.code == E_OK) result = collect(senders, load->senders, ret_result, f);
    for (size_t i = 0; senders != NULL && i < load->senders; i++)
        free(senders[i].posts);
    free(senders);
    return result;
}

void load_result_done(struct load_result *r)
{
    free(r->posts);
    *r = (struct load_result){};
}
