
#include "../ngx_pyexec_module.h"
#include "ngx_pyexec_answer.h"
#include "ngx_pyexec_check.h"
#include "../../policy/source.h"

#include <math.h>


static void ngx_pyexec_check_decide(void *data, ngx_log_t *log);
static ngx_int_t ngx_pyexec_check_result(ngx_pyexec_ctx_t *ctx);
static ngx_pyexec_profile_t *ngx_pyexec_check_profile(ngx_pyexec_ctx_t *ctx);
static void ngx_pyexec_check_free(void *data);

#if (NGX_THREADS)

/*
 * Bytes of body.  To hand one over and back takes some 20 microseconds, to
 * check this much about half a millisecond, in which a worker would serve
 * nobody else.
 */
#define NGX_PYEXEC_CHECK_THREAD  4096


/*
 * A worker that shuts down waits for timers, and for no thread.  At its end
 * the timer only starts anew.
 */
#define NGX_PYEXEC_CHECK_HOLD    60000


static ngx_int_t ngx_pyexec_check_post(ngx_pyexec_ctx_t *ctx);
static void ngx_pyexec_check_hold_handler(ngx_event_t *ev);
static void ngx_pyexec_check_thread_handler(ngx_event_t *ev);
static void ngx_pyexec_check_write_handler(ngx_http_request_t *r);

#endif


void
ngx_pyexec_check(ngx_pyexec_ctx_t *ctx, ngx_pyexec_check_done_pt done)
{
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(ctx->request->pool, 0);
    if (cln == NULL) {
        done(ctx, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    cln->handler = ngx_pyexec_check_free;
    cln->data = ctx;

#if (NGX_THREADS)

    ctx->checked = done;

    if (ctx->body.len >= NGX_PYEXEC_CHECK_THREAD
        && ngx_pyexec_check_post(ctx) == NGX_OK)
    {
        return;
    }

#endif

    ngx_pyexec_check_decide(&ctx, ctx->request->connection->log);

    done(ctx, ngx_pyexec_check_result(ctx));
}


/* In any thread: touches nothing but the context and its constants. */

static void
ngx_pyexec_check_decide(void *data, ngx_log_t *log)
{
    ngx_pyexec_ctx_t *ctx = *(ngx_pyexec_ctx_t **) data;

    pyexec_request_string_t  *code;
    pyexec_request_limits_t   limits;

    limits.timeout = (double) ctx->conf->timeout / 1000;
    limits.code = ctx->conf->code_limit;

    ctx->parsed = pyexec_request_parse(&ctx->program,
                                       (char *) ctx->body.data,
                                       ctx->body.len, &limits, ctx->error);

    if (ctx->parsed != PYEXEC_REQUEST_OK) {
        return;
    }

    ctx->timeout = (ngx_msec_t) ceil(ctx->program.timeout * 1000);

    /* what is checked here is, to the byte, what runs */

    code = &ctx->program.code;
    code->len = pyexec_source_normalise((char *) code->data, code->len);

    pyexec_policy_check(ctx->conf->policy, code->data, code->len,
                        &ctx->verdict);
}


static ngx_int_t
ngx_pyexec_check_result(ngx_pyexec_ctx_t *ctx)
{
    switch (ctx->parsed) {

    case PYEXEC_REQUEST_OK:
        break;

    case PYEXEC_REQUEST_INVALID:
        return ngx_pyexec_answer_refuse(ctx->request, NGX_HTTP_BAD_REQUEST,
                                        ctx->error);

    case PYEXEC_REQUEST_TOO_LARGE:
        return ngx_pyexec_answer_refuse(ctx->request,
                                        NGX_HTTP_REQUEST_ENTITY_TOO_LARGE,
                                        ctx->error);

    case PYEXEC_REQUEST_NO_MEMORY:
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    switch (ctx->verdict.outcome) {

    case PYEXEC_POLICY_REFUSED:
        return ngx_pyexec_answer_unsafe(ctx);

    case PYEXEC_POLICY_NO_MEMORY:
        return NGX_HTTP_INTERNAL_SERVER_ERROR;

    default:
        ctx->profile = ngx_pyexec_check_profile(ctx);
        return NGX_DECLINED;
    }
}


/* The smallest one that has all that the program is seen to import. */

static ngx_pyexec_profile_t *
ngx_pyexec_check_profile(ngx_pyexec_ctx_t *ctx)
{
    ngx_pyexec_profile_t  *profile;

    profile = ctx->conf->profile;

    if (profile->light == NULL) {
        return profile;
    }

    /* it is compiled only */

    if (ctx->verdict.outcome == PYEXEC_POLICY_UNANALYSABLE) {
        return profile->light;
    }

    return ctx->verdict.imports & profile->heavy ? profile : profile->light;
}


static void
ngx_pyexec_check_free(void *data)
{
    ngx_pyexec_ctx_t *ctx = data;

    if (ctx->parsed == PYEXEC_REQUEST_OK) {
        pyexec_request_free(&ctx->program);
    }
}


#if (NGX_THREADS)

static ngx_int_t
ngx_pyexec_check_post(ngx_pyexec_ctx_t *ctx)
{
    ngx_thread_task_t      *task;
    ngx_http_request_t     *r;

    r = ctx->request;
    task = ngx_thread_task_alloc(r->pool, sizeof(ngx_pyexec_ctx_t *));
    if (task == NULL) {
        return NGX_ERROR;
    }

    *(ngx_pyexec_ctx_t **) task->ctx = ctx;

    task->handler = ngx_pyexec_check_decide;
    task->event.data = ctx;
    task->event.handler = ngx_pyexec_check_thread_handler;

    if (ngx_thread_task_post(ctx->conf->thread_pool, task) != NGX_OK) {
        return NGX_ERROR;
    }

    /*
     * The request stays while it is blocked; should the client leave, nginx
     * puts a handler of its own in place of this one.
     */

    r->main->blocked++;
    r->aio = 1;
    r->write_event_handler = ngx_pyexec_check_write_handler;

    ctx->timer.handler = ngx_pyexec_check_hold_handler;
    ctx->timer.data = ctx;
    ctx->timer.log = r->connection->log;

    ngx_add_timer(&ctx->timer, NGX_PYEXEC_CHECK_HOLD);

    return NGX_OK;
}


static void
ngx_pyexec_check_hold_handler(ngx_event_t *ev)
{
    ngx_add_timer(ev, NGX_PYEXEC_CHECK_HOLD);
}


static void
ngx_pyexec_check_thread_handler(ngx_event_t *ev)
{
    ngx_connection_t    *c;
    ngx_pyexec_ctx_t    *ctx;
    ngx_http_request_t  *r;

    ctx = ev->data;
    r = ctx->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    ngx_del_timer(&ctx->timer);

    r->main->blocked--;
    r->aio = 0;

    r->write_event_handler(r);

    ngx_http_run_posted_requests(c);
}


static void
ngx_pyexec_check_write_handler(ngx_http_request_t *r)
{
    ngx_pyexec_ctx_t  *ctx;

    /* a write event of the connection comes here, too */

    if (r->aio) {
        return;
    }

    r->write_event_handler = ngx_http_request_empty_handler;

    ctx = ngx_http_get_module_ctx(r, ngx_pyexec_module);

    /* of a subrequest nginx does not say that its client has left */

    ctx->checked(ctx, r->connection->error ? NGX_ERROR
                                           : ngx_pyexec_check_result(ctx));
}

#endif
