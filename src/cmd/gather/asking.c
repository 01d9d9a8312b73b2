/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/gather/asking.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/bytes.h"
#include "ledger/witness/cosigned.h"
#include "lib/http_client.h"
#include "os/helper.h"
#include "base/banned.h"

struct asking {
    const char *url; /* borrowed, as ca */
    const char *ca;
    int wake_fd;
    struct http_client *client;
    struct helper *helper; /* NULL until the first question */
    struct helper_job job;
    bool is_busy;
    atomic_bool is_answered; /* what follows is the thread's until then */
    uint8_t body[COSIGNED_REQUEST_BYTES_MAX];
    size_t body_len;
    uint8_t answer[COSIGNED_ANSWER_BYTES_MAX];
    size_t answer_len;
    unsigned code;
    status result;
    struct fault fault;
};

struct asking *asking_new(const char *url, const char *ca, int wake_fd)
{
    struct asking *a = calloc(1, sizeof *a);
    if (a == NULL) return NULL;
    a->url = url;
    a->ca = ca;
    a->wake_fd = wake_fd;
    if (http_client_new(&a->client).code == E_OK) return a;
    asking_free(a);
    return NULL;
}

void asking_free(struct asking *a)
{
    if (a == NULL) return;
    helper_free(a->helper);
    http_client_free(a->client);
    free(a);
}

bool asking_is_busy(const struct asking *a)
{
    return a->is_busy;
}

/* An answer that is larger than any right one ends the exchange. */
static status take_bytes(void *with, slice bytes)
{
    struct asking *a = with;
    if (bytes.len > sizeof a->answer - a->answer_len) {
        return fault_set(&a->fault, FAIL(E_LIMIT), "its answer is larger than %zu bytes",
                         sizeof a->answer);
    }
    bytes_copy(a->answer + a->answer_len, sizeof a->answer - a->answer_len, bytes);
    a->answer_len += bytes.len;
    return OK;
}

/* In the thread. */
static void ask(void *with)
{
    struct asking *a = with;
    const uint64_t one = 1;
    const struct http_request request = {
        .url = a->url,
        .ca = a->ca,
        .body = { a->body, a->body_len },
        .timeout_ms = ASKING_TIMEOUT_MS,
        .headers = { "Content-Type: text/plain; charset=utf-8", "User-Agent: candor" },
        .take = take_bytes,
        .with = a,
    };
    a->result = http_client_send(a->client, &request, &a->code, &a->fault);
    atomic_store(&a->is_answered, true);
    if (write(a->wake_fd, &one, sizeof one) < 0) return; /* full: it is raised already */
}

status asking_begin(struct asking *a, slice body)
{
    if (body.len > sizeof a->body) return FAIL(E_LIMIT);
    if (a->helper == NULL) a->helper = helper_new();
    if (a->helper == NULL) return FAIL(E_NOMEM);
    bytes_copy(a->body, sizeof a->body, body);
    a->body_len = body.len;
    a->answer_len = 0;
    a->fault = (struct fault){};
    a->is_busy = true;
    atomic_store(&a->is_answered, false);
    a->job = (struct helper_job){ .run = ask, .with = a };
    helper_begin(a->helper, &a->job);
    return OK;
}

bool asking_take(struct asking *a, unsigned *ret_code, slice *ret_body, status *ret_status,
                 struct fault *f)
{
    if (!a->is_busy || !atomic_load(&a->is_answered)) return false;
    helper_wait(a->helper, &a->job);
    a->is_busy = false;
    *ret_code = a->code;
    *ret_body = (slice){ a->answer, a->answer_len };
    *ret_status = a->result;
    if (a->result.code != E_OK) *f = a->fault;
    return true;
}
