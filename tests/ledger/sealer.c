/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/seal/sealer.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/batch.h"
#include "ledger/store_ram.h"
#include "tests/cm.h"
#include "tests/ledger/log.h"

enum { BLOCKS = 40, PLAIN_BYTES = 20'000, ROOM = BLOCKS * (PLAIN_BYTES + 256) };

/* The nth block: text that packs well, and numbers that differ. */
static void fill(uint8_t *plain, unsigned nth)
{
    for (size_t i = 0; i < PLAIN_BYTES; i++)
        plain[i] = (uint8_t)(i % 97 == 0 ? i * nth : 'a' + i % 7);
}

static struct block_head head_of(unsigned nth)
{
    return (struct block_head){ .number = nth, .first_index = nth * 256u, .record_count = 256 };
}

static void job_make(struct sealer_job *job, unsigned nth, const uint8_t *plain, struct writer *out)
{
    *job = (struct sealer_job){ .plain = { plain, PLAIN_BYTES }, .head = head_of(nth), .out = out };
    job->key[0] = (uint8_t)nth;
}

/* Two plain blocks in turn, as a batch has them. */
static void blocks_come_out_in_order_and_as_if_sealed_here(void **)
{
    static uint8_t plain[2][PLAIN_BYTES];
    static uint8_t here[ROOM], aside[ROOM];
    struct sealer *s = sealer_new(1, true);
    struct block_codec *codec = block_codec_new(1, true);
    struct writer a = writer_of(here, sizeof here);
    struct writer b = writer_of(aside, sizeof aside);
    struct sealer_job jobs[2] = {};
    assert_true(s != NULL && codec != NULL);
    for (unsigned nth = 0; nth < BLOCKS; nth++) {
        struct block_head head = head_of(nth);
        struct sealer_job *job = &jobs[nth % 2];
        fill(plain[nth % 2], nth);
        job_make(job, nth, plain[nth % 2], &b);
        assert_ok(block_seal(codec, job->key, job->plain, &head, &a));
        if (nth > 0) assert_ok(sealer_wait(&jobs[(nth + 1) % 2]));
        sealer_begin(s, job);
    }
    assert_ok(sealer_wait(&jobs[(BLOCKS - 1) % 2]));
    assert_int_equal(a.len, b.len);
    assert_memory_equal(here, aside, a.len);
    block_codec_free(codec);
    sealer_free(s);
}

static void a_job_that_fails_does_not_stop_the_next(void **)
{
    static uint8_t plain[PLAIN_BYTES];
    static uint8_t room[ROOM];
    struct writer narrow = writer_of(room, 100);
    struct writer wide = writer_of(room, sizeof room);
    struct sealer *s = sealer_new(0, true);
    struct sealer_job jobs[2];
    assert_non_null(s);
    job_make(&jobs[0], 1, plain, &narrow);
    job_make(&jobs[1], 2, plain, &wide);
    sealer_begin(s, &jobs[0]);
    sealer_begin(s, &jobs[1]); /* waits for the first */
    assert_fails(sealer_wait(&jobs[0]), E_LIMIT);
    assert_ok(sealer_wait(&jobs[1]));
    assert_true(wide.len > PLAIN_BYTES);
    sealer_free(s);
}

static void a_job_outlives_the_sealer(void **)
{
    static uint8_t plain[PLAIN_BYTES];
    static uint8_t room[ROOM];
    struct writer w = writer_of(room, sizeof room);
    struct sealer *s = sealer_new(1, false);
    struct sealer_job job;
    assert_non_null(s);
    job_make(&job, 1, plain, &w);
    sealer_begin(s, &job);
    sealer_free(s);
    assert_ok(sealer_wait(&job));
    assert_true(w.len > 0);
    sealer_free(NULL);
}

/* A batch of several blocks that is given up, its ledger closed first, and one begun anew. */
static void a_batch_may_be_given_up_at_any_record(void **)
{
    struct store store = {};
    struct fault f = {};
    struct signer *signer = NULL;
    struct ledger *l = NULL;
    assert_ok(store_ram_open(&store, &f));
    log_create(&store);
    struct batch *b = batch_new();
    assert_non_null(b);
    for (uint32_t count = 250; count < 1200; count += 87) {
        log_open(&store, &signer, &l);
        assert_ok(ledger_begin(l, b, &f));
        log_fill(l, b, 5, count);
        if (count % 2 == 0) assert_ok(ledger_begin(l, b, &f));
        ledger_close(l);
        signer_free(signer);
    }
    batch_free(b);
    log_open(&store, &signer, &l);
    log_append(l, signer, 0, 2000, 900);
    log_check(l, signer, 2000);
    ledger_close(l);
    signer_free(signer);
    store_ram_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_come_out_in_order_and_as_if_sealed_here),
        cmocka_unit_test(a_job_that_fails_does_not_stop_the_next),
        cmocka_unit_test(a_job_outlives_the_sealer),
        cmocka_unit_test(a_batch_may_be_given_up_at_any_record),
    };
    return cmocka_run_group_tests_name("ledger/sealer", tests, NULL, NULL);
}
