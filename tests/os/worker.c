/* SPDX-License-Identifier: Apache-2.0 */
#include "os/worker.h"
#include <pthread.h>
#include "tests/cm.h"

static struct fault fault;

struct errand {
    pthread_t thread; /* that ran the job */
    int jobs, dones;
    struct worker *worker;
};

static void job(void *with)
{
    struct errand *e = with;
    e->thread = pthread_self();
    e->jobs++;
}

static void done(void *with)
{
    struct errand *e = with;
    e->dones++;
    worker_free(e->worker);
}

static void a_job_runs_beside_the_loop_which_hears_of_its_end_once(void **)
{
    struct loop *loop = NULL;
    assert_ok(loop_new(NULL, &loop, &fault));
    for (int i = 0; i < 100; i++) {
        struct errand e = {};
        assert_ok(worker_start(loop, job, done, &e, &e.worker, &fault));
        while (e.dones == 0)
            assert_ok(loop_step(loop, true, &fault));
        assert_true(e.jobs == 1 && !pthread_equal(e.thread, pthread_self()));
        assert_ok(loop_step(loop, false, &fault));
        assert_int_equal(e.dones, 1);
    }
    loop_free(loop);
}

static void who_frees_it_waits_for_the_job_and_hears_nothing(void **)
{
    struct loop *loop = NULL;
    assert_ok(loop_new(NULL, &loop, &fault));
    for (int i = 0; i < 100; i++) {
        struct errand e = {};
        assert_ok(worker_start(loop, job, done, &e, &e.worker, &fault));
        worker_free(e.worker);
        assert_int_equal(e.jobs, 1);
        assert_ok(loop_step(loop, false, &fault));
        assert_int_equal(e.dones, 0);
    }
    worker_free(NULL);
    loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_runs_beside_the_loop_which_hears_of_its_end_once),
        cmocka_unit_test(who_frees_it_waits_for_the_job_and_hears_nothing),
    };
    return cmocka_run_group_tests_name("os/worker", tests, NULL, NULL);
}
