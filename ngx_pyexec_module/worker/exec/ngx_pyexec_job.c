
#include "ngx_pyexec_job.h"
#include "ngx_pyexec_clock.h"


/* a job and the names of its script, bytes */
#define NGX_PYEXEC_JOB_POOL       4096

/* the first buffer of what is printed, doubled as it fills, bytes */
#define NGX_PYEXEC_PRINTED_SIZE   4096


static void ngx_pyexec_job_event(void *data, ngx_pyexec_zygote_event_e event);
static ngx_uint_t ngx_pyexec_job_met(void *need);
static void ngx_pyexec_job_called(ngx_pyexec_ticket_t *ticket,
    ngx_pyexec_called_e why);

static void ngx_pyexec_job_start(ngx_pyexec_job_t *job);
static ngx_int_t ngx_pyexec_job_take(ngx_pyexec_job_t *job);
static void ngx_pyexec_job_begin(ngx_pyexec_job_t *job);
static ngx_int_t ngx_pyexec_job_script(ngx_pyexec_job_t *job,
    ngx_uint_t directory);

static ngx_int_t ngx_pyexec_job_output(ngx_pyexec_run_t *run,
    ngx_uint_t stream, u_char *p, size_t len);
static ngx_int_t ngx_pyexec_job_collect(ngx_pyexec_collected_t *printed,
    size_t limit, u_char *p, size_t len);
static size_t ngx_pyexec_job_cut(const u_char *data, size_t len, u_char next);
static void ngx_pyexec_job_run_done(ngx_pyexec_run_t *run,
    ngx_pyexec_outcome_t *outcome);
static void ngx_pyexec_job_let_go(ngx_pyexec_job_t *job);

static void ngx_pyexec_job_end(ngx_pyexec_job_t *job,
    ngx_pyexec_outcome_e kind, ngx_err_t err, char *step);
static void ngx_pyexec_job_over_handler(ngx_event_t *ev);
static void ngx_pyexec_job_done(ngx_pyexec_job_t *job,
    ngx_pyexec_outcome_t *outcome);
static void ngx_pyexec_job_free(ngx_pyexec_job_t *job);


static const ngx_pyexec_run_events_t  ngx_pyexec_job_run_events = {
    ngx_pyexec_job_output,
    ngx_pyexec_job_run_done
};


/* of this worker */

static ngx_queue_t  ngx_pyexec_jobs = {
    &ngx_pyexec_jobs, &ngx_pyexec_jobs
};

#ifdef PYEXEC_TEST

/* each job that was submitted is done once, or given up by who wanted it */

static struct {
    ngx_uint_t  submitted;
    ngx_uint_t  done;
    ngx_uint_t  abandoned;
    ngx_uint_t  stopped;
} ngx_pyexec_counted;

#define ngx_pyexec_job_count(what)  ngx_pyexec_counted.what++

#else

#define ngx_pyexec_job_count(what)

#endif


ngx_int_t
ngx_pyexec_job_init(ngx_array_t *profiles, ngx_array_t *temp_paths)
{
    ngx_uint_t              i;
    ngx_path_t            **path;
    ngx_pyexec_profile_t  **profile;

    path = temp_paths->elts;

    for (i = 0; i < temp_paths->nelts; i++) {
        ngx_pyexec_script_sweep(path[i], ngx_cycle->log);
    }

    profile = profiles->elts;

    for (i = 0; i < profiles->nelts; i++) {
        if (ngx_pyexec_spares_get(profile[i], ngx_pyexec_job_event) == NULL) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


void
ngx_pyexec_job_exit(void)
{
    ngx_queue_t       *q, *next;
    ngx_pyexec_job_t  *job;

    for (q = ngx_queue_head(&ngx_pyexec_jobs);
         q != ngx_queue_sentinel(&ngx_pyexec_jobs);
         q = next)
    {
        next = ngx_queue_next(q);
        job = ngx_queue_data(q, ngx_pyexec_job_t, queue);

        if (job->events) {
            ngx_pyexec_job_count(stopped);
            job->events = NULL;
        }

        if (job->run == NULL) {
            ngx_pyexec_job_free(job);
        }
    }

    /* with its zygote each run is gone, and its job with it */

    ngx_pyexec_zygote_exit();

#ifdef PYEXEC_TEST
    ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                  "pyexec: jobs: submitted %ui, done %ui, abandoned %ui, "
                  "stopped %ui, left %ui",
                  ngx_pyexec_counted.submitted, ngx_pyexec_counted.done,
                  ngx_pyexec_counted.abandoned, ngx_pyexec_counted.stopped,
                  (ngx_uint_t) !ngx_queue_empty(&ngx_pyexec_jobs));
#endif
}


static void
ngx_pyexec_job_event(void *data, ngx_pyexec_zygote_event_e event)
{
    if (event == NGX_PYEXEC_ZYGOTE_NOW_DOWN) {
        ngx_pyexec_place_call_off(data);
        return;
    }

    ngx_pyexec_place_wake();
}


ngx_pyexec_job_t *
ngx_pyexec_job_create(ngx_pyexec_job_order_t *order,
    const ngx_pyexec_job_events_t *events, void *data)
{
    ngx_pool_t        *pool;
    ngx_pyexec_job_t  *job;

    pool = ngx_create_pool(NGX_PYEXEC_JOB_POOL, ngx_cycle->log);
    if (pool == NULL) {
        return NULL;
    }

    job = ngx_pcalloc(pool, sizeof(ngx_pyexec_job_t));

    if (job == NULL || ngx_pyexec_script_uuid(job->id, pool->log) != NGX_OK) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    job->pool = pool;
    job->order = *order;
    job->events = events;
    job->data = data;
    job->script.fd = NGX_INVALID_FILE;
    ngx_str_set(&job->script.directory, "");

    job->over.handler = ngx_pyexec_job_over_handler;
    job->over.data = job;
    job->over.log = pool->log;

    job->ticket.places = order->concurrency;
    job->ticket.queue = order->queue;
    job->ticket.timeout = order->queue_timeout;
    job->ticket.log = order->log;
    job->ticket.met = ngx_pyexec_job_met;
    job->ticket.called = ngx_pyexec_job_called;

    ngx_queue_insert_tail(&ngx_pyexec_jobs, &job->queue);

    return job;
}


void
ngx_pyexec_job_submit(ngx_pyexec_job_t *job)
{
    ngx_pyexec_job_count(submitted);

    job->submitted = ngx_pyexec_monotonic();

    /*
     * The interpreter is there, but without a master process: there, no
     * worker starts after a new configuration was read.
     */

    job->spares = ngx_pyexec_spares_get(job->order.profile,
                                        ngx_pyexec_job_event);
    job->ticket.need = job->spares;

    if (job->spares == NULL) {
        ngx_pyexec_job_end(job, NGX_PYEXEC_OUTCOME_NO_MEMORY, 0, "");
        return;
    }

    if (!ngx_pyexec_zygote_expected(job->spares->zygote)) {
        ngx_pyexec_job_end(job, NGX_PYEXEC_OUTCOME_DOWN, 0, "");
        return;
    }

    switch (ngx_pyexec_place_ask(&job->ticket)) {

    case NGX_OK:
        ngx_pyexec_job_start(job);
        return;

    case NGX_AGAIN:
        ngx_log_debug2(NGX_LOG_DEBUG_HTTP, job->pool->log, 0,
                       "pyexec run %*s waits for a place",
                       (size_t) NGX_PYEXEC_UUID_LEN, job->id);
        return;

    default: /* NGX_BUSY */
        ngx_pyexec_job_end(job, NGX_PYEXEC_OUTCOME_BUSY, 0, "");
    }
}


static ngx_uint_t
ngx_pyexec_job_met(void *need)
{
    ngx_pyexec_spares_t *spares = need;

    return ngx_pyexec_zygote_accepts(spares->zygote);
}


static void
ngx_pyexec_job_called(ngx_pyexec_ticket_t *ticket, ngx_pyexec_called_e why)
{
    ngx_pyexec_job_t  *job;

    job = ngx_queue_data(ticket, ngx_pyexec_job_t, ticket);

    switch (why) {

    case NGX_PYEXEC_CALLED_IN:
        ngx_pyexec_job_start(job);
        return;

    case NGX_PYEXEC_CALLED_OFF:
        ngx_pyexec_job_end(job, NGX_PYEXEC_OUTCOME_DOWN, 0, "");
        return;

    default: /* NGX_PYEXEC_CALLED_LATE */
        ngx_pyexec_job_end(job, NGX_PYEXEC_OUTCOME_BUSY, 0, "");
    }
}


/* It has a place. */

static void
ngx_pyexec_job_start(ngx_pyexec_job_t *job)
{
    switch (ngx_pyexec_job_take(job)) {

    case NGX_OK:
        ngx_pyexec_job_begin(job);
        return;

    case NGX_BUSY:
        ngx_pyexec_place_ask_again(&job->ticket);
        return;

    case NGX_DECLINED:
        ngx_pyexec_job_end(job, NGX_PYEXEC_OUTCOME_BUSY, 0, "");
        return;

    case NGX_ABORT:
        ngx_pyexec_job_end(job, NGX_PYEXEC_OUTCOME_LOST, 0, "");
        return;

    default: /* NGX_ERROR */
        ngx_pyexec_job_end(job, NGX_PYEXEC_OUTCOME_FAILED, ngx_errno, "");
    }
}


/* As ngx_pyexec_run_spawn() says. */

static ngx_int_t
ngx_pyexec_job_take(ngx_pyexec_job_t *job)
{
    job->run = ngx_pyexec_spare_take(job->spares);

    if (job->run == NULL) {
        return ngx_pyexec_run_spawn(job->spares->zygote,
                                    &ngx_pyexec_job_run_events, job,
                                    &job->run);
    }

    ngx_pyexec_run_give(job->run, &ngx_pyexec_job_run_events, job);

    return NGX_OK;
}


/*
 * In full isolation the program wakes up while its script is written, which is
 * for the operator alone then: that it cannot be written is in the log, and no
 * reason to end what runs.  Elsewhere the program runs where its script is, and
 * not without.
 */

static void
ngx_pyexec_job_begin(ngx_pyexec_job_t *job)
{
    ngx_err_t   err;
    ngx_uint_t  alone;

    alone = job->order.profile->isolation == NGX_PYEXEC_ISOLATION_FULL;
    err = NGX_ENOMEM;

    if (!alone && ngx_pyexec_job_script(job, 1) != NGX_OK) {
        err = ngx_errno;
        goto failed;
    }

    if (ngx_pyexec_run_begin(job->run, &job->order.program,
                             &job->script.directory)
        != NGX_OK)
    {
        goto failed;
    }

    if (alone) {
        (void) ngx_pyexec_job_script(job, 0);
    }

    if (!job->started) {
        job->started = 1;
        job->queue_time = (double) (job->run->began - job->submitted) / 1e9;
    }

    ngx_log_debug4(NGX_LOG_DEBUG_HTTP, job->pool->log, 0,
                   "pyexec run %*s begins as child %uD, queue time: %.6f",
                   (size_t) NGX_PYEXEC_UUID_LEN, job->id, job->run->child.id,
                   job->queue_time);

    if (!job->repeated) {
        job->events->started(job);
    }

    return;

failed:

    /* the end of a run without a program is nobody's */

    ngx_pyexec_run_hang_up(job->run);
    ngx_pyexec_run_kill(job->run, NGX_PYEXEC_CAUSE_ABANDONED);

    job->outcome.kind = NGX_PYEXEC_OUTCOME_FAILED;
    job->outcome.err = err;
}


/* NGX_ERROR with errno set, and a line in the log. */

static ngx_int_t
ngx_pyexec_job_script(ngx_pyexec_job_t *job, ngx_uint_t directory)
{
    ngx_int_t  rc;

    if (job->scripted) {
        return NGX_OK;
    }

    rc = ngx_pyexec_script_create(&job->script, job->order.temp_path,
                                  directory, &job->order.program.code,
                                  job->id, job->pool);

    job->scripted = rc == NGX_OK;

    return rc;
}


static ngx_int_t
ngx_pyexec_job_output(ngx_pyexec_run_t *run, ngx_uint_t stream, u_char *p,
    size_t len)
{
    ngx_int_t          rc;
    ngx_pyexec_job_t  *job;

    job = run->data;

    if (job->events == NULL) {
        /* nobody will read it */
        return NGX_OK;
    }

    rc = ngx_pyexec_job_collect(&job->printed[stream],
                                job->order.limits[stream], p, len);

    if (rc != NGX_OK) {
        ngx_pyexec_run_kill(run, rc == NGX_DECLINED
                                 ? NGX_PYEXEC_CAUSE_OUTPUT
                                 : NGX_PYEXEC_CAUSE_NO_MEMORY);
    }

    return rc;
}


/* NGX_DECLINED when there is more than the limit, NGX_ERROR without memory. */

static ngx_int_t
ngx_pyexec_job_collect(ngx_pyexec_collected_t *printed, size_t limit,
    u_char *p, size_t len)
{
    u_char  *data;
    size_t   size, n;

    n = ngx_min(len, limit - printed->len);

    if (printed->len + n > printed->size) {
        size = ngx_max(2 * printed->size, NGX_PYEXEC_PRINTED_SIZE);
        size = ngx_min(ngx_max(size, printed->len + n), limit);

        data = ngx_alloc(size, ngx_cycle->log);
        if (data == NULL) {
            return NGX_ERROR;
        }

        if (printed->data) {
            ngx_memcpy(data, printed->data, printed->len);
            ngx_free(printed->data);
        }

        printed->data = data;
        printed->size = size;
    }

    ngx_memcpy(printed->data + printed->len, p, n);
    printed->len += n;

    if (n == len) {
        return NGX_OK;
    }

    printed->len = ngx_pyexec_job_cut(printed->data, printed->len, p[n]);

    return NGX_DECLINED;
}


/*
 * How much of what is cut to leave: all but the beginning of a character whose
 * next byte is beyond the cut.  What is not UTF-8 anyway stays as it is.
 */

static size_t
ngx_pyexec_job_cut(const u_char *data, size_t len, u_char next)
{
    u_char  first = 0, second;
    size_t  back, need;

    for (back = 1; back <= 3 && back <= len; back++) {
        first = data[len - back];

        if ((first & 0xc0) != 0x80) {
            break;
        }
    }

    if (back > 3 || back > len || (next & 0xc0) != 0x80) {
        return len;
    }

    need = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3
           : first < 0xf5 ? 4 : 0;

    if (back >= need) {
        return len;
    }

    /* overlong, a surrogate, or beyond the last character */

    second = back > 1 ? data[len - back + 1] : next;

    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f)
        || (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f))
    {
        return len;
    }

    return len - back;
}


static void
ngx_pyexec_job_run_done(ngx_pyexec_run_t *run, ngx_pyexec_outcome_t *outcome)
{
    ngx_pyexec_job_t  *job;

    job = run->data;

    /* one that never began has failed already */

    if (job->outcome.kind) {
        outcome = &job->outcome;
    }

    if (outcome->kind == NGX_PYEXEC_OUTCOME_UNSTARTED && job->events) {

        ngx_log_error(NGX_LOG_WARN, job->pool->log, 0,
                      "pyexec: an interpreter ended before it had read its "
                      "program, %s",
                      job->repeated ? "twice" : "another one gets it");

        if (!job->repeated) {
            job->repeated = 1;
            ngx_pyexec_job_let_go(job);
            ngx_pyexec_job_start(job);
            return;
        }
    }

    if (job->order.program.compile_only && job->events
        && outcome->kind == NGX_PYEXEC_OUTCOME_ENDED
        && outcome->cause == NGX_PYEXEC_CAUSE_NONE
        && outcome->returncode == 0)
    {
        /* it may be gone when that returns */

        job->run = NULL;
        job->events->compiled(job);
        ngx_pyexec_run_free(run);
        return;
    }

    if (outcome->kind == NGX_PYEXEC_OUTCOME_ENDED
        && outcome->cause == NGX_PYEXEC_CAUSE_NO_MEMORY)
    {
        outcome->kind = NGX_PYEXEC_OUTCOME_NO_MEMORY;
    }

    ngx_pyexec_job_done(job, outcome);
}


/* Its run is gone, and another one follows. */

static void
ngx_pyexec_job_let_go(ngx_pyexec_job_t *job)
{
    ngx_uint_t  i;

    if (job->run) {
        ngx_pyexec_run_free(job->run);
        job->run = NULL;
    }

    for (i = 0; i < NGX_PYEXEC_NOUTPUTS; i++) {
        job->printed[i].len = 0;
    }
}


void
ngx_pyexec_job_run(ngx_pyexec_job_t *job, ngx_pyexec_profile_t *profile,
    size_t output_limit)
{
    ngx_uint_t  i;

    ngx_pyexec_job_let_go(job);

    for (i = 0; i < NGX_PYEXEC_NOUTPUTS; i++) {
        job->order.limits[i] = output_limit;
    }

    job->order.profile = profile;
    job->order.program.compile_only = 0;
    job->repeated = 0;

    job->spares = ngx_pyexec_spares_get(profile, ngx_pyexec_job_event);
    job->ticket.need = job->spares;

    if (job->spares == NULL) {
        ngx_pyexec_job_end(job, NGX_PYEXEC_OUTCOME_NO_MEMORY, 0, "");
        return;
    }

    if (!ngx_pyexec_zygote_expected(job->spares->zygote)) {
        ngx_pyexec_job_end(job, NGX_PYEXEC_OUTCOME_DOWN, 0, "");
        return;
    }

    if (!ngx_pyexec_zygote_accepts(job->spares->zygote)) {
        ngx_pyexec_place_ask_again(&job->ticket);
        return;
    }

    ngx_pyexec_job_start(job);
}


/* It is over before it has a run. */

static void
ngx_pyexec_job_end(ngx_pyexec_job_t *job, ngx_pyexec_outcome_e kind,
    ngx_err_t err, char *step)
{
    job->outcome.kind = kind;
    job->outcome.err = err;
    ngx_cpystrn(job->outcome.step, (u_char *) step, NGX_PYEXEC_STEP_LEN);

    /* who submits it does not expect its end yet */

    ngx_post_event(&job->over, &ngx_posted_events);
}


static void
ngx_pyexec_job_over_handler(ngx_event_t *ev)
{
    ngx_pyexec_job_t *job = ev->data;

    ngx_pyexec_job_done(job, &job->outcome);
}


static void
ngx_pyexec_job_done(ngx_pyexec_job_t *job, ngx_pyexec_outcome_t *outcome)
{
    const ngx_pyexec_job_events_t  *events;

    ngx_log_debug4(NGX_LOG_DEBUG_HTTP, job->pool->log, 0,
                   "pyexec run %*s done, outcome: %d, cause: %d",
                   (size_t) NGX_PYEXEC_UUID_LEN, job->id, outcome->kind,
                   outcome->cause);

    /* who has the answer finds no script any more, and a place free */

    ngx_pyexec_script_delete(&job->script, job->pool->log);
    ngx_pyexec_place_leave(&job->ticket);

    events = job->events;

    if (events) {
        ngx_pyexec_job_count(done);

        job->events = NULL;
        events->done(job, outcome);
    }

    /* a dozen system calls that nobody waits for */

    ngx_pyexec_job_free(job);
}


void
ngx_pyexec_job_abandon(ngx_pyexec_job_t *job)
{
    if (job->events == NULL) {
        /* it is being done */
        return;
    }

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, job->pool->log, 0,
                   "pyexec run %*s is abandoned",
                   (size_t) NGX_PYEXEC_UUID_LEN, job->id);

    ngx_pyexec_job_count(abandoned);
    job->events = NULL;

    if (job->run == NULL) {
        ngx_pyexec_job_free(job);
        return;
    }

    /* the program that is being written belongs to who wanted it */

    ngx_pyexec_run_hang_up(job->run);
    ngx_pyexec_run_kill(job->run, NGX_PYEXEC_CAUSE_ABANDONED);
}


static void
ngx_pyexec_job_free(ngx_pyexec_job_t *job)
{
    ngx_uint_t  i;

    ngx_pyexec_place_leave(&job->ticket);

    if (job->over.posted) {
        ngx_delete_posted_event(&job->over);
    }

    if (job->run) {
        ngx_pyexec_run_free(job->run);
    }

    for (i = 0; i < NGX_PYEXEC_NOUTPUTS; i++) {
        if (job->printed[i].data) {
            ngx_free(job->printed[i].data);
        }
    }

    ngx_pyexec_script_close(&job->script, job->pool->log);

    ngx_queue_remove(&job->queue);
    ngx_destroy_pool(job->pool);
}
