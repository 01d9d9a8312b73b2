/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/committer.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include "base/bytes.h"
#include "ledger/head.h"
#include "os/clock.h"
#include "os/failpoint.h"
#include "serve/metrics.h"
#include "base/banned.h"

/* A sealed batch on its way to disk. */
struct parcel {
    struct batch *batch; /* owned */
    struct signer_request request;
};

struct committer {
    struct ledger *ledger;     /* borrowed */
    const struct store *store; /* borrowed */
    struct commit_signer signer;
    char origin[SIGNER_ORIGIN_BYTES_MAX + 1];
    struct parcel parcels[2];
    unsigned filling;  /* which parcel the caller fills; the other is the thread's while busy */
    bool begun;        /* the filling batch has been begun */
    uint32_t together; /* records to come that go into the filling batch */
    pthread_t thread;
    bool has_thread;

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    bool busy; /* the other parcel is sealed and not done */
    bool quit;
    bool waits_for_space;
    status failed; /* first failure of the thread; sticky */
    struct fault fault;
    uint64_t sequenced;
    uint64_t checkpointed;
    struct commit_listener listener;
    struct metrics numbers; /* of writing and signing */
    int64_t published_ns;   /* when the newest checkpoint was published */
};

static status publish(struct committer *c, const struct signer_request *request, struct fault *f)
{
    struct log_head_signed head = { .origin = c->origin, .head = request->head };
    bytes_copy(head.public_key, sizeof head.public_key,
               (slice){ c->signer.public_key, sizeof c->signer.public_key });
    failpoint("sign");
    TRY(c->signer.sign(c->signer.self, request, head.signature, f));
    failpoint("publish");
    return log_head_publish(c->store, &head, f);
}

static void moved(struct committer *c)
{
    if (c->listener.moved != NULL) c->listener.moved(c->listener.self);
}

static bool may_wait(struct committer *c)
{
    pthread_mutex_lock(&c->lock);
    const bool may = c->waits_for_space && !c->quit;
    pthread_mutex_unlock(&c->lock);
    return may;
}

/* Whether to try again after a pause: the disk is full and space may return. */
static bool try_again(struct committer *c, status s)
{
    static const struct timespec pause = { .tv_nsec = COMMITTER_RETRY_MS * 1000000L };
    if (s.code != E_FULL || !may_wait(c)) return false;
    nanosleep(&pause, NULL);
    return true;
}

static status write_when_there_is_space(struct committer *c, struct batch *b, struct fault *f)
{
    status s = OK;
    do {
        s = ledger_write(c->ledger, b, f);
    } while (try_again(c, s));
    return s;
}

static status publish_when_there_is_space(struct committer *c, const struct signer_request *request,
                                          struct fault *f)
{
    status s = OK;
    do {
        s = publish(c, request, f);
    } while (try_again(c, s));
    return s;
}

static status begin_when_there_is_space(struct committer *c, struct batch *b, struct fault *f)
{
    status s = OK;
    do {
        s = ledger_begin(c->ledger, b, f);
    } while (try_again(c, s));
    return s;
}

/* Writes one parcel through both levels. */
static status deliver(struct committer *c, struct parcel *p, struct fault *f)
{
    const int64_t started_ns = clock_mono_ns();
    TRY(write_when_there_is_space(c, p->batch, f));
    const int64_t written_ns = clock_mono_ns();
    pthread_mutex_lock(&c->lock);
    metrics_time(&c->numbers, METRIC_write, (uint64_t)(written_ns - started_ns));
    c->sequenced = p->request.head.size;
    pthread_cond_broadcast(&c->changed);
    pthread_mutex_unlock(&c->lock);
    moved(c);
    TRY(publish_when_there_is_space(c, &p->request, f));
    failpoint("published");
    pthread_mutex_lock(&c->lock);
    c->published_ns = clock_mono_ns();
    metrics_time(&c->numbers, METRIC_sign, (uint64_t)(c->published_ns - written_ns));
    pthread_mutex_unlock(&c->lock);
    return OK;
}

static void *thread_main(void *committer)
{
    struct committer *c = committer;
    pthread_mutex_lock(&c->lock);
    for (;;) {
        while (!c->busy && !c->quit)
            pthread_cond_wait(&c->changed, &c->lock);
        if (!c->busy) break;
        struct parcel *p = &c->parcels[1 - c->filling];
        struct fault fault = {};
        pthread_mutex_unlock(&c->lock);
        const status s = deliver(c, p, &fault);
        pthread_mutex_lock(&c->lock);
        if (s.code == E_OK) {
            c->checkpointed = p->request.head.size;
        } else if (c->failed.code == E_OK) {
            c->failed = s;
            c->fault = fault;
        }
        c->busy = false;
        pthread_cond_broadcast(&c->changed);
        pthread_mutex_unlock(&c->lock);
        moved(c);
        pthread_mutex_lock(&c->lock);
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

static status start(struct committer *c, const struct signer_head *signed_head, struct fault *f)
{
    struct signer_request request;
    for (size_t i = 0; i < COUNT_OF(c->parcels); i++) {
        c->parcels[i].batch = batch_new();
        if (c->parcels[i].batch == NULL) return fault_set(f, FAIL(E_NOMEM), "log: out of memory");
    }
    TRY(ledger_request(c->ledger, *signed_head, &request, f));
    TRY(publish(c, &request, f));
    c->published_ns = clock_mono_ns();
    c->sequenced = request.head.size;
    c->checkpointed = request.head.size;
    if (pthread_create(&c->thread, NULL, thread_main, c) != 0) {
        return fault_set(f, FAIL(E_NOMEM), "log: cannot start the writing thread");
    }
    c->has_thread = true;
    return OK;
}

status committer_new(struct ledger *l, const struct store *store, const char *origin,
                     const struct commit_signer *signer, const struct signer_head *signed_head,
                     struct committer **ret_committer, struct fault *f)
{
    struct committer *c = calloc(1, sizeof *c);
    if (c == NULL) return fault_set(f, FAIL(E_NOMEM), "log: out of memory");
    c->ledger = l;
    c->store = store;
    c->signer = *signer;
    bytes_copy(c->origin, sizeof c->origin - 1, slice_text(origin));
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->changed, NULL);
    const status s = start(c, signed_head, f);
    if (s.code != E_OK) {
        committer_free(c);
        return s;
    }
    *ret_committer = c;
    return OK;
}

void committer_free(struct committer *c)
{
    if (c == NULL) return;
    if (c->has_thread) {
        pthread_mutex_lock(&c->lock);
        c->quit = true;
        pthread_cond_broadcast(&c->changed);
        pthread_mutex_unlock(&c->lock);
        pthread_join(c->thread, NULL);
    }
    for (size_t i = 0; i < COUNT_OF(c->parcels); i++)
        batch_free(c->parcels[i].batch);
    pthread_cond_destroy(&c->changed);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

void committer_listen(struct committer *c, struct commit_listener listener)
{
    pthread_mutex_lock(&c->lock);
    c->listener = listener;
    pthread_mutex_unlock(&c->lock);
}

void committer_wait_for_space(struct committer *c, bool wait)
{
    pthread_mutex_lock(&c->lock);
    c->waits_for_space = wait;
    pthread_mutex_unlock(&c->lock);
}

status committer_check(struct committer *c, struct fault *f)
{
    pthread_mutex_lock(&c->lock);
    const status s = c->failed;
    if (s.code != E_OK) *f = c->fault;
    pthread_mutex_unlock(&c->lock);
    return s;
}

/* Waits until the thread is done with its parcel. Call with the lock held. */
static status wait_idle(struct committer *c, struct fault *f)
{
    while (c->busy)
        pthread_cond_wait(&c->changed, &c->lock);
    if (c->failed.code != E_OK) *f = c->fault;
    return c->failed;
}

status committer_flush(struct committer *c, struct fault *f)
{
    struct parcel *p = &c->parcels[c->filling];
    if (!c->begun || batch_count(p->batch) == 0) return OK;
    TRY(ledger_seal(c->ledger, p->batch, &p->request, f));
    c->begun = false;
    pthread_mutex_lock(&c->lock);
    const status s = wait_idle(c, f);
    if (s.code == E_OK) {
        c->filling = 1 - c->filling;
        c->busy = true;
        pthread_cond_broadcast(&c->changed);
    }
    pthread_mutex_unlock(&c->lock);
    return s;
}

status committer_add(struct committer *c, const struct record *record, uint64_t *ret_index,
                     struct fault *f)
{
    const bool stays = c->together > 0;
    if (c->begun && !stays && ledger_is_full(c->ledger, c->parcels[c->filling].batch)) {
        TRY(committer_flush(c, f));
    }
    struct batch *batch = c->parcels[c->filling].batch;
    c->together -= stays;
    if (!c->begun) {
        TRY(begin_when_there_is_space(c, batch, f));
        c->begun = true;
    }
    return ledger_add(c->ledger, batch, record, ret_index, f);
}

status committer_room(struct committer *c, uint32_t records, size_t bytes, struct fault *f)
{
    if (!c->begun || batch_has_room(c->parcels[c->filling].batch, records, bytes)) return OK;
    return committer_flush(c, f);
}

/* Entries that still fit into the segment before its last one, which is a summary. */
static uint64_t segment_left(const struct committer *c)
{
    const uint64_t next = archive_size(ledger_archive(c->ledger)) + committer_pending(c);
    return SEGMENT_ENTRIES - 1 - next % SEGMENT_ENTRIES;
}

status committer_together(struct committer *c, uint32_t records, struct fault *f)
{
    const uint32_t count = records < COMMITTER_TOGETHER_MAX ? records : COMMITTER_TOGETHER_MAX;
    const struct batch *batch = c->parcels[c->filling].batch;
    uint64_t index = 0;
    c->together = 0;
    const bool fits =
        !c->begun || (batch_has_room(batch, count, 0) && !ledger_is_full(c->ledger, batch));
    if (!fits) TRY(committer_flush(c, f));
    while (segment_left(c) < count)
        TRY(committer_summarise(c, &index, f));
    c->together = count;
    return OK;
}

status committer_sequence(struct committer *c, uint64_t source, uint64_t number, struct fault *f)
{
    const status s = batch_sequence(c->parcels[c->filling].batch, source, number);
    return s.code == E_OK ? OK : fault_set(f, s, "log: too many sources in one batch");
}

status committer_summarise(struct committer *c, uint64_t *ret_index, struct fault *f)
{
    TRY(committer_flush(c, f));
    struct batch *batch = c->parcels[c->filling].batch;
    TRY(begin_when_there_is_space(c, batch, f));
    c->begun = true;
    TRY(ledger_add_summary(c->ledger, batch, ret_index, f));
    return committer_flush(c, f);
}

uint32_t committer_pending(const struct committer *c)
{
    return c->begun ? batch_count(c->parcels[c->filling].batch) : 0;
}

bool committer_is_idle(struct committer *c)
{
    pthread_mutex_lock(&c->lock);
    const bool idle = !c->busy;
    pthread_mutex_unlock(&c->lock);
    return idle;
}

status committer_wait(struct committer *c, uint64_t size, bool checkpointed, struct fault *f)
{
    pthread_mutex_lock(&c->lock);
    while ((checkpointed ? c->checkpointed : c->sequenced) < size && c->failed.code == E_OK) {
        pthread_cond_wait(&c->changed, &c->lock);
    }
    const bool reached = (checkpointed ? c->checkpointed : c->sequenced) >= size;
    if (!reached) *f = c->fault;
    const status s = reached ? OK : c->failed;
    pthread_mutex_unlock(&c->lock);
    return s;
}

uint64_t committer_sequenced(struct committer *c)
{
    pthread_mutex_lock(&c->lock);
    const uint64_t size = c->sequenced;
    pthread_mutex_unlock(&c->lock);
    return size;
}

uint64_t committer_checkpointed(struct committer *c)
{
    pthread_mutex_lock(&c->lock);
    const uint64_t size = c->checkpointed;
    pthread_mutex_unlock(&c->lock);
    return size;
}

void committer_numbers(struct committer *c, struct metrics *m)
{
    pthread_mutex_lock(&c->lock);
    bytes_copy(m->at[METRIC_write], sizeof m->at[0],
               (slice){ (const uint8_t *)c->numbers.at[METRIC_write], sizeof m->at[0] });
    bytes_copy(m->at[METRIC_sign], sizeof m->at[0],
               (slice){ (const uint8_t *)c->numbers.at[METRIC_sign], sizeof m->at[0] });
    m->at[METRIC_entries][0] = c->sequenced;
    m->at[METRIC_checkpointed][0] = c->checkpointed;
    m->at[METRIC_age][0] = (uint64_t)(clock_mono_ns() - c->published_ns);
    pthread_mutex_unlock(&c->lock);
}
