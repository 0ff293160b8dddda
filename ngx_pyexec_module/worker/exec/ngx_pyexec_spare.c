
#include "../ngx_pyexec_module.h"
#include "ngx_pyexec_run.h"
#include "ngx_pyexec_spare.h"
#include "ngx_pyexec_zygote.h"


/* milliseconds to wait where a spare could not be had */
#define NGX_PYEXEC_SPARE_DELAY  1000

/* milliseconds after which a zygote whose spares nobody takes keeps one */
#define NGX_PYEXEC_SPARE_IDLE   60000


static ngx_uint_t ngx_pyexec_spare_target(ngx_pyexec_spares_t *spares);
static ngx_msec_t ngx_pyexec_spare_idle_time(void);
static void ngx_pyexec_spare_refill_handler(ngx_event_t *ev);
static void ngx_pyexec_spare_delay(ngx_pyexec_spares_t *spares);
static void ngx_pyexec_spare_idle_handler(ngx_event_t *ev);


void
ngx_pyexec_spare_init(ngx_pyexec_spares_t *spares,
    ngx_pyexec_zygote_t *zygote, ngx_uint_t number)
{
    ngx_queue_init(&spares->queue);

    spares->zygote = zygote;
    spares->number = number;

    /* a worker that exits gracefully does not wait for it */

    spares->refill.handler = ngx_pyexec_spare_refill_handler;
    spares->refill.data = spares;
    spares->refill.log = ngx_cycle->log;
    spares->refill.cancelable = 1;

    spares->idle.handler = ngx_pyexec_spare_idle_handler;
    spares->idle.data = spares;
    spares->idle.log = ngx_cycle->log;
    spares->idle.cancelable = 1;

    spares->wanted = 1;

    if (number > 1) {
        ngx_add_timer(&spares->idle, ngx_pyexec_spare_idle_time());
    }
}


static ngx_uint_t
ngx_pyexec_spare_target(ngx_pyexec_spares_t *spares)
{
    return spares->idle.timer_set ? spares->number
                                  : ngx_min(spares->number, 1);
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
ngx_pyexec_spare_idle_handler(ngx_event_t *ev)
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

    for (n = spares->n; n > 1 && !ngx_queue_empty(&spares->queue); n--) {
        q = ngx_queue_last(&spares->queue);
        run = ngx_queue_data(q, ngx_pyexec_run_t, idle);

        ngx_queue_remove(q);
        ngx_queue_init(q);

        ngx_pyexec_input_close(&run->channel);
    }
}


void
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

        if (ngx_pyexec_run_spawn(spares->zygote, &run) != NGX_OK) {
            ngx_pyexec_spare_delay(spares);
            return;
        }

        run->spares = spares;
        ngx_queue_insert_tail(&spares->queue, &run->idle);
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
    ngx_pyexec_run_t  *run;

    spares->wanted = 1;

    if (spares->number > 1 && !spares->idle.timer_set) {
        ngx_add_timer(&spares->idle, ngx_pyexec_spare_idle_time());
    }

    ngx_pyexec_spare_refill(spares);

    if (ngx_queue_empty(&spares->queue)) {
        return NULL;
    }

    run = ngx_queue_data(ngx_queue_head(&spares->queue), ngx_pyexec_run_t,
                         idle);

    ngx_queue_remove(&run->idle);
    run->spares = NULL;
    spares->n--;

    ngx_pyexec_spare_refill(spares);

    return run;
}


void
ngx_pyexec_spare_gone(ngx_pyexec_run_t *run, ngx_uint_t failed)
{
    ngx_pyexec_spares_t  *spares;

    spares = run->spares;

    ngx_queue_remove(&run->idle);
    spares->n--;

    ngx_pyexec_run_free(run);

    if (failed) {
        ngx_pyexec_spare_delay(spares);
    }
}
