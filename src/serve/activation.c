/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of a node: loaded at the start, and anew while it runs. New ones are compiled in a thread
 * of their own, so that senders are answered meanwhile, and judge from the next batch on.
 */
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "os/file.h"
#include "os/worker.h"
#include "serve/front_state.h"
#include "base/banned.h"

struct activation {
    struct front *front;
    struct worker *worker;
    hash bundle;
    struct judging *made; /* NULL: it failed */
    status result;
    struct fault fault;
};

status activation_load(const struct front *front, const hash *bundle, struct judging **ret_judging,
                       struct fault *f)
{
    char name[128];
    char path[FRONT_PATH_BYTES_MAX + sizeof name];
    uint8_t *bytes = NULL;
    size_t len = 0;
    rule_pack_path(bundle, name, sizeof name);
    snprintf(path, sizeof path, "%s/%s", front->options->dir, name);
    TRY(file_load(NULL, path, RULE_PACK_BYTES_MAX, &bytes, &len, f));
    const slice pack = { bytes, len };
    const hash found = sha256(pack);
    status s = OK;
    if (!bytes_equal(found.bytes, bundle->bytes, sizeof found.bytes)) {
        s = fault_set(f, FAIL(E_CORRUPT), "%s: it is not what its name says", name);
    } else {
        s = judging_new(pack, &front->key, true, ret_judging, f);
    }
    free(bytes);
    return s;
}

/* In the thread: of the front only what never changes is read. */
static void load(void *with)
{
    struct activation *a = with;
    a->result = activation_load(a->front, &a->bundle, &a->made, &a->fault);
}

void activation_free(struct activation *a)
{
    if (a == NULL) return;
    worker_free(a->worker);
    judging_free(a->made);
    free(a);
}

/* The new rules judge from the next batch on; a bundle that does not load leaves the old ones. The
 * answer goes out behind the last batch that the old ones judged: it is what the log shows. */
static status swap(struct front *front, struct activation *a)
{
    uint8_t room[1024];
    struct writer w = writer_of(room, sizeof room);
    struct link_activated answer = { .bundle = a->bundle };
    if (a->result.code == E_OK) {
        const struct judging_numbers numbers = judging_numbers(a->made);
        struct judging *old = front->judging;
        answer.rules = numbers.rules;
        answer.refused = numbers.refused;
        TRY(batcher_judge_by(front->batcher, a->made));
        front->judging = a->made;
        front->bundle = a->bundle;
        a->made = old;
    } else {
        const char *why = a->fault.text;
        answer.why = slice_text(why[0] != '\0' ? why : status_text(a->result));
    }
    link_activated_write(&answer, &w);
    return outbox_say(front->outbox, LINK_ACTIVATED, writer_slice(&w), front->fault);
}

static void loaded(void *with)
{
    struct activation *a = with;
    struct front *front = a->front;
    const status s = swap(front, a);
    front->activation = NULL;
    activation_free(a);
    if (s.code != E_OK) front_fail(front, s);
}

status activation_take(struct front *front, slice payload)
{
    if (front->activation != NULL) return FAIL(E_BUSY);
    struct activation *a = calloc(1, sizeof *a);
    if (a == NULL) return FAIL(E_NOMEM);
    a->front = front;
    status s = link_hash_parse(payload, &a->bundle);
    if (s.code == E_OK) s = worker_start(front->loop, load, loaded, a, &a->worker, front->fault);
    if (s.code != E_OK) {
        activation_free(a);
        return s;
    }
    front->activation = a;
    return OK;
}
