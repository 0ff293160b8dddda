
#include "ngx_pyexec_spare.h"


/* milliseconds to wait where a spare could not be had */
#define NGX_PYEXEC_SPARE_DELAY  1000

/* milliseconds after which a zygote whose spares nobody takes keeps one */
#define NGX_PYEXEC_SPARE_IDLE   60000


static ngx_pyexec_spares_t *ngx_pyexec_spares_create(
    ngx_pyexec_profile_t *profile, ngx_pyexec_zygote_event_pt event);
static void ngx_pyexec_spares_event(void *data,
    ngx_pyexec_zygote_event_e event);
static ngx_uint_t ngx_pyexec_spare_target(ngx_pyexec_spares_t *spares);
static ngx_msec_t ngx_pyexec_spare_idle_time(void);
static void ngx_pyexec_spare_refill(ngx_pyexec_spares_t *spares);
static void ngx_pyexec_spare_refill_handler(ngx_event_t *ev);
static void ngx_pyexec_spare_delay(ngx_pyexec_spares_t *spares);
static void ngx_pyexec_spare_unwanted_handler(ngx_event_t *ev);
static void ngx_pyexec_spare_remove(ngx_pyexec_run_t *run);
static ngx_int_t ngx_pyexec_spare_output(ngx_pyexec_run_t *run,
    ngx_uint_t stream, u_char *p, size_t len);
static void ngx_pyexec_spare_done(ngx_pyexec_run_t *run,
    ngx_pyexec_outcome_t *outcome);


static const ngx_pyexec_run_events_t  ngx_pyexec_spare_events = {
    ngx_pyexec_spare_output,
    ngx_pyexec_spare_done
};


/* of this worker */

static ngx_queue_t  ngx_pyexec_all_spares = {
    &ngx_pyexec_all_spares, &ngx_pyexec_all_spares
};


ngx_pyexec_spares_t *
ngx_pyexec_spares_get(ngx_pyexec_profile_t *profile,
    ngx_pyexec_zygote_event_pt event)
{
    ngx_queue_t          *q;
    ngx_pyexec_spares_t  *spares;

    for (q = ngx_queue_head(&ngx_pyexec_all_spares);
         q != ngx_queue_sentinel(&ngx_pyexec_all_spares);
         q = ngx_queue_next(q))
    {
        spares = ngx_queue_data(q, ngx_pyexec_spares_t, queue);

        if (spares->profile == profile) {
            return spares;
        }
    }

    return ngx_pyexec_spares_create(profile, event);
}


static ngx_pyexec_spares_t *
ngx_pyexec_spares_create(ngx_pyexec_profile_t *profile,
    ngx_pyexec_zygote_event_pt event)
{
    ngx_pyexec_spares_t  *spares;

    spares = ngx_pcalloc(ngx_cycle->pool, sizeof(ngx_pyexec_spares_t));
    if (spares == NULL) {
        return NULL;
    }

    spares->profile = profile;
    spares->event = event;
    ngx_queue_init(&spares->idle);

    /* a worker that exits gracefully does not wait for these */

    spares->refill.handler = ngx_pyexec_spare_refill_handler;
    spares->refill.data = spares;
    spares->refill.log = ngx_cycle->log;
    spares->refill.cancelable = 1;

    spares->unwanted.handler = ngx_pyexec_spare_unwanted_handler;
    spares->unwanted.data = spares;
    spares->unwanted.log = ngx_cycle->log;
    spares->unwanted.cancelable = 1;

    spares->wanted = 1;

    spares->zygote = ngx_pyexec_zygote_create(profile,
                                              ngx_pyexec_spares_event, spares);
    if (spares->zygote == NULL) {
        return NULL;
    }

    ngx_queue_insert_tail(&ngx_pyexec_all_spares, &spares->queue);

    if (profile->spares > 1) {
        ngx_add_timer(&spares->unwanted, ngx_pyexec_spare_idle_time());
    }

    return spares;
}


static void
ngx_pyexec_spares_event(void *data, ngx_pyexec_zygote_event_e event)
{
    ngx_pyexec_spares_t *spares = data;

    /* those who wait come before those who may come */

    spares->event(spares, event);

    if (event != NGX_PYEXEC_ZYGOTE_NOW_DOWN) {
        ngx_pyexec_spare_refill(spares);
    }
}


static ngx_uint_t
ngx_pyexec_spare_target(ngx_pyexec_spares_t *spares)
{
    return spares->unwanted.timer_set ? spares->profile->spares
                                      : ngx_min(spares->profile->spares, 1);
}


static ngx_msec_t
ngx_pyexec_spare_idle_time(void)
{
#ifdef PYEXEC_TEST
    char  *time;

    time = getenv("PYEXEC_SPARE_IDLE");
    if (time) {
        return (ngx_msec_t) atoi(time);
    }
#endif

    return NGX_PYEXEC_SPARE_IDLE;
}


/* Closing its channel is how a spare learns that it is not needed. */

static void
ngx_pyexec_spare_unwanted_handler(ngx_event_t *ev)
{
    ngx_pyexec_spares_t *spares = ev->data;

    ngx_uint_t         n;
    ngx_queue_t       *q;
    ngx_pyexec_run_t  *run;

    if (ngx_exiting) {
        return;
    }

    if (spares->wanted) {
        spares->wanted = 0;
        ngx_add_timer(ev, ngx_pyexec_spare_idle_time());
        return;
    }

    for (n = spares->n; n > 1 && !ngx_queue_empty(&spares->idle); n--) {
        q = ngx_queue_last(&spares->idle);
        run = ngx_queue_data(q, ngx_pyexec_run_t, idle);

        ngx_pyexec_spare_remove(run);
        ngx_pyexec_run_hang_up(run);
    }
}


/* Has missing ones forked, when what the worker does now is done. */

static void
ngx_pyexec_spare_refill(ngx_pyexec_spares_t *spares)
{
    if (spares->n < ngx_pyexec_spare_target(spares)
        && !spares->refill.timer_set)
    {
        ngx_post_event(&spares->refill, &ngx_posted_events);
    }
}


static void
ngx_pyexec_spare_refill_handler(ngx_event_t *ev)
{
    ngx_pyexec_spares_t *spares = ev->data;

    ngx_pyexec_run_t  *run;

    if (ngx_exiting) {
        return;
    }

    while (spares->n < ngx_pyexec_spare_target(spares)
           && ngx_pyexec_zygote_accepts(spares->zygote))
    {
        run = NULL;

        if (ngx_pyexec_run_spawn(spares->zygote, &ngx_pyexec_spare_events,
                                 spares, &run)
            != NGX_OK)
        {
            ngx_pyexec_spare_delay(spares);
            return;
        }

        ngx_queue_insert_tail(&spares->idle, &run->idle);
        spares->n++;
    }
}


static void
ngx_pyexec_spare_delay(ngx_pyexec_spares_t *spares)
{
    if (!spares->refill.timer_set) {
        ngx_add_timer(&spares->refill, NGX_PYEXEC_SPARE_DELAY);
    }
}


ngx_pyexec_run_t *
ngx_pyexec_spare_take(ngx_pyexec_spares_t *spares)
{
    ngx_queue_t       *q;
    ngx_pyexec_run_t  *run;

    spares->wanted = 1;

    if (spares->profile->spares > 1 && !spares->unwanted.timer_set) {
        ngx_add_timer(&spares->unwanted, ngx_pyexec_spare_idle_time());
    }

    ngx_pyexec_spare_refill(spares);

    while (!ngx_queue_empty(&spares->idle)) {
        q = ngx_queue_head(&spares->idle);
        run = ngx_queue_data(q, ngx_pyexec_run_t, idle);

        ngx_pyexec_spare_remove(run);

        if (ngx_pyexec_run_untouched(run)) {
            spares->n--;
            ngx_pyexec_spare_refill(spares);
            return run;
        }

        /* it is counted until it is gone */

        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "pyexec: a spare interpreter was killed or has written "
                      "before it had a program, it is thrown away");

        ngx_pyexec_run_kill(run, NGX_PYEXEC_CAUSE_ABANDONED);
    }

    return NULL;
}


static void
ngx_pyexec_spare_remove(ngx_pyexec_run_t *run)
{
    ngx_queue_remove(&run->idle);
    ngx_queue_init(&run->idle);
}


/* Nothing is read from a run without a program. */

static ngx_int_t
ngx_pyexec_spare_output(ngx_pyexec_run_t *run, ngx_uint_t stream, u_char *p,
    size_t len)
{
    return NGX_DECLINED;
}


static void
ngx_pyexec_spare_done(ngx_pyexec_run_t *run, ngx_pyexec_outcome_t *outcome)
{
    ngx_uint_t            unwanted;
    ngx_pyexec_spares_t  *spares;

    spares = run->data;

    /* one without a channel was not needed */

    unwanted = run->channel.connection == NULL;

    ngx_pyexec_spare_remove(run);
    spares->n--;

    ngx_pyexec_run_free(run);

    /* others may fare the same: the next one is not forked at once */

    if (outcome->kind != NGX_PYEXEC_OUTCOME_LOST && !unwanted) {
        ngx_pyexec_spare_delay(spares);
    }
}
