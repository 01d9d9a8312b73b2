/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/seal/sealer.h"

#include <stdlib.h>
#include "base/banned.h"

struct sealer {
    struct block_codec *codec; /* owned; the helper's */
    struct helper *helper;     /* owned */
};

struct sealer *sealer_new(int level, bool encrypt)
{
    struct sealer *s = calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->codec = block_codec_new(level, encrypt);
    s->helper = s->codec == NULL ? NULL : helper_new();
    if (s->helper != NULL) return s;
    sealer_free(s);
    return NULL;
}

void sealer_free(struct sealer *s)
{
    if (s == NULL) return;
    helper_free(s->helper);
    block_codec_free(s->codec);
    free(s);
}

static void seal(void *with)
{
    struct sealer_job *j = with;
    j->result = block_seal(j->sealer->codec, j->key, j->plain, &j->head, j->out);
}

void sealer_begin(struct sealer *s, struct sealer_job *job)
{
    job->sealer = s;
    job->task.run = seal;
    job->task.with = job;
    helper_begin(s->helper, &job->task);
}

status sealer_wait(struct sealer_job *job)
{
    if (!atomic_load(&job->task.done)) helper_wait(job->sealer->helper, &job->task);
    return job->result;
}
