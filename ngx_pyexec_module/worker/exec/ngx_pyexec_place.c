
#include "../ngx_pyexec_module.h"
#include "../http/ngx_pyexec_answer.h"
#include "ngx_pyexec_place.h"
#include "ngx_pyexec_run.h"
#include "ngx_pyexec_zygote.h"


static ngx_uint_t ngx_pyexec_place_free(ngx_pyexec_ctx_t *ctx);
static ngx_int_t ngx_pyexec_place_start(ngx_pyexec_ctx_t *ctx);
static ngx_int_t ngx_pyexec_place_wait(ngx_pyexec_ctx_t *ctx);
static void ngx_pyexec_place_timeout_handler(ngx_event_t *ev);
static void ngx_pyexec_place_dispatch_handler(ngx_event_t *ev);
static ngx_pyexec_ctx_t *ngx_pyexec_place_next(void);
static ngx_pyexec_ctx_t *ngx_pyexec_place_find(ngx_pyexec_zygote_t *zygote);


/* of this worker */

static ngx_uint_t   ngx_pyexec_running;
static ngx_uint_t   ngx_pyexec_waiting;
static ngx_queue_t  ngx_pyexec_queue = {
    &ngx_pyexec_queue, &ngx_pyexec_queue
};
static ngx_event_t  ngx_pyexec_dispatch = {
    .handler = ngx_pyexec_place_dispatch_handler
};


ngx_int_t
ngx_pyexec_place_take(ngx_pyexec_ctx_t *ctx)
{
    ngx_int_t  rc;

    ctx->queued = ngx_pyexec_monotonic();

    if (!ngx_pyexec_zygote_expected(ctx->profile)) {
        return ngx_pyexec_answer_error(ctx->request,
                                       "the Python interpreter cannot start");
    }

    /* those who came earlier and wait for the same go first */

    if (ngx_pyexec_place_free(ctx) && ngx_pyexec_place_next() == NULL) {
        rc = ngx_pyexec_place_start(ctx);

        if (rc != NGX_BUSY) {
            return rc;
        }
    }

    return ngx_pyexec_place_wait(ctx);
}


static ngx_uint_t
ngx_pyexec_place_free(ngx_pyexec_ctx_t *ctx)
{
    return ngx_pyexec_running < ctx->conf->concurrency
           && ngx_pyexec_zygote_accepts(ctx->profile->zygote);
}


static ngx_int_t
ngx_pyexec_place_start(ngx_pyexec_ctx_t *ctx)
{
    ngx_int_t  rc;

    rc = ngx_pyexec_run_start(ctx);

    if (rc == NGX_DONE) {
        ctx->queue_time = (double) (ngx_pyexec_monotonic() - ctx->queued)
                          / 1e9;
    }

    return rc;
}


static ngx_int_t
ngx_pyexec_place_wait(ngx_pyexec_ctx_t *ctx)
{
    ngx_uint_t    places;
    ngx_event_t  *timer;

    /* a place that is free, but not taken before a zygote is ready, counts */

    places = ctx->conf->concurrency > ngx_pyexec_running
             ? ctx->conf->concurrency - ngx_pyexec_running : 0;

    if (ngx_pyexec_waiting >= ctx->conf->queue + places) {
        ngx_log_error(NGX_LOG_WARN, ctx->request->connection->log, 0,
                      "pyexec: %ui executions run and %ui wait, "
                      "rejecting request",
                      ngx_pyexec_running, ngx_pyexec_waiting);

        return ngx_pyexec_answer_busy(ctx->request);
    }

    ngx_queue_insert_tail(&ngx_pyexec_queue, &ctx->queue);
    ngx_pyexec_waiting++;
    ctx->waiting = 1;

    timer = &ctx->timer;
    timer->handler = ngx_pyexec_place_timeout_handler;
    timer->data = ctx;
    timer->log = ctx->request->connection->log;

    ngx_add_timer(timer, ctx->conf->queue_timeout);

    return NGX_DONE;
}


void
ngx_pyexec_place_forget(ngx_pyexec_ctx_t *ctx)
{
    ngx_queue_remove(&ctx->queue);
    ngx_pyexec_waiting--;
    ctx->waiting = 0;

    if (ctx->timer.timer_set) {
        ngx_del_timer(&ctx->timer);
    }
}


static void
ngx_pyexec_place_timeout_handler(ngx_event_t *ev)
{
    ngx_pyexec_ctx_t  *ctx = ev->data;

    ngx_log_error(NGX_LOG_WARN, ctx->request->connection->log, 0,
                  "pyexec: no place within the queue's timeout, "
                  "rejecting request");

    ngx_pyexec_place_forget(ctx);
    ngx_pyexec_answer_finalize(ctx,
                               ngx_pyexec_answer_busy(ctx->request));
}


void
ngx_pyexec_place_enter(void)
{
    ngx_pyexec_running++;
}


void
ngx_pyexec_place_leave(void)
{
    ngx_pyexec_running--;
    ngx_pyexec_place_wake();
}


void
ngx_pyexec_place_wake(void)
{
    /* posted, as the caller may be in the middle of a run or of a request */

    if (!ngx_queue_empty(&ngx_pyexec_queue)) {
        ngx_pyexec_dispatch.log = ngx_cycle->log;
        ngx_post_event(&ngx_pyexec_dispatch, &ngx_posted_events);
    }
}


static void
ngx_pyexec_place_dispatch_handler(ngx_event_t *ev)
{
    ngx_int_t          rc;
    ngx_pyexec_ctx_t  *ctx;

    while ((ctx = ngx_pyexec_place_next()) != NULL) {

        rc = ngx_pyexec_place_start(ctx);

        if (rc == NGX_BUSY) {
            /* its zygote accepts nothing now, another one might */
            continue;
        }

        ngx_pyexec_place_forget(ctx);

        if (rc != NGX_DONE) {
            ngx_pyexec_answer_finalize(ctx, rc);
        }
    }
}


/* The first in the queue whose location has a place free. */

static ngx_pyexec_ctx_t *
ngx_pyexec_place_next(void)
{
    ngx_queue_t       *q;
    ngx_pyexec_ctx_t  *ctx;

    for (q = ngx_queue_head(&ngx_pyexec_queue);
         q != ngx_queue_sentinel(&ngx_pyexec_queue);
         q = ngx_queue_next(q))
    {
        ctx = ngx_queue_data(q, ngx_pyexec_ctx_t, queue);

        if (ngx_pyexec_place_free(ctx)) {
            return ctx;
        }
    }

    return NULL;
}


void
ngx_pyexec_place_fail(ngx_pyexec_zygote_t *zygote, char *details)
{
    ngx_pyexec_ctx_t  *ctx;

    /* from the head each time: finalizing one may take others with it */

    while ((ctx = ngx_pyexec_place_find(zygote)) != NULL) {
        ngx_pyexec_place_forget(ctx);
        ngx_pyexec_answer_finalize(ctx,
                           ngx_pyexec_answer_error(ctx->request, details));
    }
}


static ngx_pyexec_ctx_t *
ngx_pyexec_place_find(ngx_pyexec_zygote_t *zygote)
{
    ngx_queue_t       *q;
    ngx_pyexec_ctx_t  *ctx;

    for (q = ngx_queue_head(&ngx_pyexec_queue);
         q != ngx_queue_sentinel(&ngx_pyexec_queue);
         q = ngx_queue_next(q))
    {
        ctx = ngx_queue_data(q, ngx_pyexec_ctx_t, queue);

        if (ctx->profile->zygote == zygote) {
            return ctx;
        }
    }

    return NULL;
}
