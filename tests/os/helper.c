/* SPDX-License-Identifier: Apache-2.0 */
#include "os/helper.h"

#include "tests/cm.h"

enum { JOBS = 200 };

struct count {
    unsigned *total; /* only the job that runs touches it */
    unsigned seen;
};

static void count_up(void *with)
{
    struct count *c = with;
    c->seen = ++*c->total;
}

static void jobs_run_one_by_one_in_order(void **)
{
    static struct helper_job jobs[JOBS];
    static struct count counts[JOBS];
    unsigned total = 0;
    struct helper *h = helper_new();
    assert_non_null(h);
    for (unsigned i = 0; i < JOBS; i++) {
        counts[i] = (struct count){ &total, 0 };
        jobs[i].run = count_up;
        jobs[i].with = &counts[i];
        helper_begin(h, &jobs[i]);
    }
    helper_free(h); /* finishes the last one */
    for (unsigned i = 0; i < JOBS; i++) {
        helper_wait(NULL, &jobs[i]);
        assert_int_equal(counts[i].seen, i + 1);
    }
    helper_free(NULL);
}

static void waiting_ends_when_the_job_is_done(void **)
{
    unsigned total = 0;
    struct count c = { &total, 0 };
    struct helper_job job = { .run = count_up, .with = &c };
    struct helper *h = helper_new();
    assert_non_null(h);
    for (unsigned i = 1; i <= JOBS; i++) {
        helper_begin(h, &job);
        helper_wait(h, &job);
        assert_int_equal(c.seen, i);
    }
    helper_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_run_one_by_one_in_order),
        cmocka_unit_test(waiting_ends_when_the_job_is_done),
    };
    return cmocka_run_group_tests_name("os/helper", tests, NULL, NULL);
}
