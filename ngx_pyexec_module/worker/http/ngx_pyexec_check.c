
#include "ngx_pyexec_check.h"
#include "../../policy/rewritten.h"
#include "../../policy/source.h"

#include <math.h>


static void ngx_pyexec_check_start(ngx_pyexec_check_t *check, size_t len);
static void ngx_pyexec_check_decide(void *data, ngx_log_t *log);
static void ngx_pyexec_check_body(ngx_pyexec_check_t *check);
static void ngx_pyexec_check_reply(ngx_pyexec_check_t *check);
static ngx_pyexec_profile_t *ngx_pyexec_check_profile(
    ngx_pyexec_check_t *check);
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
 * the timer only starts anew, milliseconds.
 */
#define NGX_PYEXEC_CHECK_HOLD    60000


static ngx_int_t ngx_pyexec_check_post(ngx_pyexec_check_t *check);
static void ngx_pyexec_check_hold_handler(ngx_event_t *ev);
static void ngx_pyexec_check_thread_handler(ngx_event_t *ev);
static void ngx_pyexec_check_write_handler(ngx_http_request_t *r);

#endif


ngx_int_t
ngx_pyexec_check(ngx_pyexec_check_t *check)
{
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(check->request->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    /* until it is decided there is nothing to free */

    check->parsed = PYEXEC_REQUEST_NO_MEMORY;

    cln->handler = ngx_pyexec_check_free;
    cln->data = check;

    ngx_pyexec_check_start(check, check->body.len);

    return NGX_OK;
}


void
ngx_pyexec_check_rewritten(ngx_pyexec_check_t *check, u_char *data,
    size_t len)
{
    check->rewritten = 1;
    check->reply.data = data;
    check->reply.len = len;

    ngx_pyexec_check_start(check, len);
}


/* Of that many bytes, which say whether it is for a thread. */

static void
ngx_pyexec_check_start(ngx_pyexec_check_t *check, size_t len)
{
#if (NGX_THREADS)

    if (len >= NGX_PYEXEC_CHECK_THREAD
        && ngx_pyexec_check_post(check) == NGX_OK)
    {
        return;
    }

#endif

    ngx_pyexec_check_decide(&check, check->request->connection->log);

    check->done(check);
}


/* In any thread: touches nothing but the check and its constants. */

static void
ngx_pyexec_check_decide(void *data, ngx_log_t *log)
{
    ngx_pyexec_check_t *check = *(ngx_pyexec_check_t **) data;

    if (check->rewritten) {
        ngx_pyexec_check_reply(check);

    } else {
        ngx_pyexec_check_body(check);
    }
}


static void
ngx_pyexec_check_body(ngx_pyexec_check_t *check)
{
    pyexec_request_string_t  *code;
    pyexec_request_limits_t   limits;

    limits.timeout = (double) check->conf->timeout / 1000;
    limits.code = check->conf->code_limit;

    check->parsed = check->api->parse(&check->program,
                                      (char *) check->body.data,
                                      check->body.len, &limits, check->error);

    if (check->parsed != PYEXEC_REQUEST_OK) {
        return;
    }

    check->timeout = (ngx_msec_t) ceil(check->program.timeout * 1000);

    /* what is checked here is, to the byte, what runs */

    code = &check->program.code;
    code->len = pyexec_source_normalise((char *) code->data, code->len);

    pyexec_policy_check(check->conf->policy, code->data, code->len,
                        &check->verdict);

    check->profile = ngx_pyexec_check_profile(check);
}


static void
ngx_pyexec_check_reply(ngx_pyexec_check_t *check)
{
    pyexec_request_string_t  *code;

    code = &check->program.code;

    pyexec_rewritten_check(check->conf->policy, code->data, code->len,
                           (char *) check->reply.data, check->reply.len,
                           &check->verdict);

    /* it is as large as the program, or larger, and the request may last */

    if (check->reply.data) {
        ngx_free(check->reply.data);
        check->reply.data = NULL;
    }

    check->profile = ngx_pyexec_check_profile(check);
}


/* The smallest one that has all that the program is seen to import. */

static ngx_pyexec_profile_t *
ngx_pyexec_check_profile(ngx_pyexec_check_t *check)
{
    ngx_pyexec_profile_t  *profile;

    profile = check->conf->profile;

    if (profile->light == NULL) {
        return profile;
    }

    /* it is compiled only */

    if (check->verdict.outcome == PYEXEC_POLICY_UNANALYSABLE) {
        return profile->light;
    }

    return check->verdict.imports & profile->heavy ? profile : profile->light;
}


static void
ngx_pyexec_check_free(void *data)
{
    ngx_pyexec_check_t *check = data;

    if (check->parsed == PYEXEC_REQUEST_OK) {
        pyexec_request_free(&check->program);
    }

    if (check->reply.data) {
        ngx_free(check->reply.data);
    }
}


#if (NGX_THREADS)

static ngx_int_t
ngx_pyexec_check_post(ngx_pyexec_check_t *check)
{
    ngx_thread_task_t   *task;
    ngx_http_request_t  *r;

    r = check->request;

    task = ngx_thread_task_alloc(r->pool, sizeof(ngx_pyexec_check_t *));
    if (task == NULL) {
        return NGX_ERROR;
    }

    *(ngx_pyexec_check_t **) task->ctx = check;

    task->handler = ngx_pyexec_check_decide;
    task->event.data = check;
    task->event.handler = ngx_pyexec_check_thread_handler;

    if (ngx_thread_task_post(check->conf->thread_pool, task) != NGX_OK) {
        return NGX_ERROR;
    }

    /*
     * The request stays while it is blocked; should the client leave, nginx
     * puts a handler of its own in place of this one.
     */

    r->main->blocked++;
    r->aio = 1;
    check->write_handler = r->write_event_handler;
    r->write_event_handler = ngx_pyexec_check_write_handler;

    check->hold.handler = ngx_pyexec_check_hold_handler;
    check->hold.data = check;
    check->hold.log = r->connection->log;

    ngx_add_timer(&check->hold, NGX_PYEXEC_CHECK_HOLD);

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
    ngx_pyexec_check_t *check = ev->data;

    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = check->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    ngx_del_timer(&check->hold);

    r->main->blocked--;
    r->aio = 0;

    if (r->write_event_handler == ngx_pyexec_check_write_handler) {
        r->write_event_handler = check->write_handler;
        check->done(check);

    } else {
        r->write_event_handler(r);
    }

    ngx_http_run_posted_requests(c);
}


/* Of the connection; a thread has the request. */

static void
ngx_pyexec_check_write_handler(ngx_http_request_t *r)
{
    /* void */
}

#endif
