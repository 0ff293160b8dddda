
#include "ngx_pyexec_handler.h"
#include "ngx_pyexec_body.h"
#include "ngx_pyexec_check.h"
#include "ngx_pyexec_ctx.h"
#include "ngx_pyexec_request.h"
#include "../../policy/rewritten.h"


static ngx_pyexec_reply_e ngx_pyexec_handler_header(ngx_http_request_t *r);
static ngx_uint_t ngx_pyexec_handler_is_json(ngx_http_request_t *r);
static ngx_int_t ngx_pyexec_handler_refuse(ngx_pyexec_ctx_t *ctx,
    ngx_pyexec_reply_e kind);
static void ngx_pyexec_handler_body(ngx_http_request_t *r);
static ngx_int_t ngx_pyexec_handler_watch(ngx_pyexec_ctx_t *ctx);
static void ngx_pyexec_handler_write(ngx_http_request_t *r);
static void ngx_pyexec_handler_checked(ngx_pyexec_check_t *check);
static ngx_pyexec_reply_e ngx_pyexec_handler_decide(
    ngx_pyexec_check_t *check);
static void ngx_pyexec_handler_run(ngx_pyexec_ctx_t *ctx);
static ngx_int_t ngx_pyexec_handler_args(ngx_pyexec_check_t *check,
    ngx_str_t *args);
static void ngx_pyexec_handler_started(ngx_pyexec_job_t *job);
static void ngx_pyexec_handler_compiled(ngx_pyexec_job_t *job);
static void ngx_pyexec_handler_done(ngx_pyexec_job_t *job,
    ngx_pyexec_outcome_t *outcome);
static void ngx_pyexec_handler_left(void *data);


static const ngx_pyexec_job_events_t  ngx_pyexec_handler_events = {
    ngx_pyexec_handler_started,
    ngx_pyexec_handler_compiled,
    ngx_pyexec_handler_done
};


ngx_int_t
ngx_pyexec_handler(ngx_http_request_t *r)
{
    ngx_int_t            rc;
    ngx_pyexec_ctx_t    *ctx;
    ngx_pyexec_reply_e   kind;

    ctx = ngx_pyexec_ctx_get(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    kind = ngx_pyexec_handler_header(r);

    if (kind) {
        return ngx_pyexec_handler_refuse(ctx, kind);
    }

    /* one buffer holds most programs and needs no file */

    r->request_body_in_single_buf = 1;

    rc = ngx_http_read_client_request_body(r, ngx_pyexec_handler_body);

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        r->main->count++;
        ngx_pyexec_request_fail(ctx, rc);
    }

    return NGX_DONE;
}


/* NGX_PYEXEC_REPLY_NONE when there is nothing to answer yet. */

static ngx_pyexec_reply_e
ngx_pyexec_handler_header(ngx_http_request_t *r)
{
    if (r->method == NGX_HTTP_POST) {
        return ngx_pyexec_handler_is_json(r) ? NGX_PYEXEC_REPLY_NONE
                                             : NGX_PYEXEC_REPLY_MEDIA_TYPE;
    }

    return r->method == NGX_HTTP_OPTIONS ? NGX_PYEXEC_REPLY_OPTIONS
                                         : NGX_PYEXEC_REPLY_METHOD;
}


static ngx_uint_t
ngx_pyexec_handler_is_json(ngx_http_request_t *r)
{
    ngx_str_t  *type;

    static ngx_str_t  json = ngx_string("application/json");

    if (r->headers_in.content_type == NULL) {
        return 0;
    }

    type = &r->headers_in.content_type->value;

    if (type->len < json.len
        || ngx_strncasecmp(type->data, json.data, json.len) != 0)
    {
        return 0;
    }

    return type->len == json.len
           || type->data[json.len] == ';'
           || type->data[json.len] == ' '
           || type->data[json.len] == '\t';
}


/* nginx takes NGX_DONE for a use of the request that ends, as of a body. */

static ngx_int_t
ngx_pyexec_handler_refuse(ngx_pyexec_ctx_t *ctx, ngx_pyexec_reply_e kind)
{
    ngx_int_t           rc;
    ngx_pyexec_reply_t  reply;

    ngx_memzero(&reply, sizeof(ngx_pyexec_reply_t));
    reply.kind = kind;

    rc = ngx_http_discard_request_body(ctx->request);

    if (rc != NGX_OK) {
        reply.kind = NGX_PYEXEC_REPLY_STATUS;
        reply.rc = rc;
    }

    ctx->request->main->count++;

    ngx_pyexec_request_finish(ctx, &reply);

    return NGX_DONE;
}


static void
ngx_pyexec_handler_body(ngx_http_request_t *r)
{
    ngx_int_t            rc;
    ngx_pyexec_ctx_t    *ctx;
    ngx_pyexec_check_t  *check;

    ctx = ngx_http_get_module_ctx(r, ngx_pyexec_module);
    check = &ctx->check;

    rc = ngx_pyexec_body(r, &check->body);

    if (rc == NGX_OK) {
        rc = ngx_pyexec_handler_watch(ctx);
    }

    if (rc != NGX_OK) {
        ngx_pyexec_request_fail(ctx, rc);
        return;
    }

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "pyexec body of %uz bytes", check->body.len);

    ctx->state = NGX_PYEXEC_REQUEST_CHECKING;

    check->request = r;
    check->conf = ctx->conf;
    check->api = ctx->api;
    check->done = ngx_pyexec_handler_checked;
    check->data = ctx;

    if (ngx_pyexec_check(check) != NGX_OK) {
        ngx_pyexec_request_fail(ctx, NGX_HTTP_INTERNAL_SERVER_ERROR);
    }
}


/* From here on a client that leaves is noticed; NGX_OK or a status. */

static ngx_int_t
ngx_pyexec_handler_watch(ngx_pyexec_ctx_t *ctx)
{
    ngx_http_cleanup_t  *cln;
    ngx_http_request_t  *r;

    r = ctx->request;

    cln = ngx_http_cleanup_add(r, 0);
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cln->handler = ngx_pyexec_handler_left;
    cln->data = ctx;

    if (ngx_handle_read_event(r->connection->read, 0) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = ngx_pyexec_handler_write;

    /* one that has left already causes no further event */

    if (r->connection->read->pending_eof) {
        ngx_post_event(r->connection->read, &ngx_posted_events);
    }

    if (r->connection->write->error) {
        ngx_post_event(r->connection->write, &ngx_posted_events);
    }

    return NGX_OK;
}


/*
 * A client of HTTP/3 that cancels its request after it was read whole refuses
 * the answer, and there is an event of writing only.  What nginx looks at is an
 * error of reading.
 */

static void
ngx_pyexec_handler_write(ngx_http_request_t *r)
{
    ngx_connection_t  *c;

    c = r->connection;

    if (c->write->error) {
        c->read->error = 1;
        ngx_http_test_reading(r);
    }
}


static void
ngx_pyexec_handler_checked(ngx_pyexec_check_t *check)
{
    ngx_pyexec_ctx_t    *ctx;
    ngx_pyexec_reply_t   reply;

    ctx = check->data;

    ngx_log_debug3(NGX_LOG_DEBUG_HTTP, ctx->request->connection->log, 0,
                   "pyexec checked, request: %d, verdict: %d, light: %d",
                   check->parsed, check->verdict.outcome,
                   check->profile && check->profile != ctx->conf->profile);

    if (check->rewritten && check->verdict.outcome
                            != PYEXEC_POLICY_UNANALYSABLE)
    {
        ngx_log_error(NGX_LOG_INFO, ctx->request->connection->log, 0,
                      "pyexec: program checked by Python's own tree");
    }

    /*
     * Where the client left while a thread had a subrequest, nginx may wait
     * for its end; or it does not say so of a subrequest.
     */

    if (ctx->state == NGX_PYEXEC_REQUEST_LEFT
        || ctx->request->connection->error
        || ctx->request->connection->write->error)
    {
        ngx_pyexec_request_fail(ctx, NGX_ERROR);
        return;
    }

    ngx_memzero(&reply, sizeof(ngx_pyexec_reply_t));

    reply.kind = ngx_pyexec_handler_decide(check);
    reply.rc = NGX_HTTP_INTERNAL_SERVER_ERROR;
    reply.text = check->error;

    if (reply.kind) {
        ngx_pyexec_request_finish(ctx, &reply);
        return;
    }

    if (ctx->job == NULL) {
        ngx_pyexec_handler_run(ctx);
        return;
    }

    /* it has been compiled, and holds a place */

    ctx->state = NGX_PYEXEC_REQUEST_WAITING;

    ngx_pyexec_job_run(ctx->job, check->profile, ctx->conf->output_limit);
}


/* NGX_PYEXEC_REPLY_NONE when the program may run, or be compiled. */

static ngx_pyexec_reply_e
ngx_pyexec_handler_decide(ngx_pyexec_check_t *check)
{
    switch (check->parsed) {

    case PYEXEC_REQUEST_OK:
        break;

    case PYEXEC_REQUEST_INVALID:
        return NGX_PYEXEC_REPLY_INVALID;

    case PYEXEC_REQUEST_TOO_LARGE:
        return NGX_PYEXEC_REPLY_TOO_LARGE;

    default: /* PYEXEC_REQUEST_NO_MEMORY */
        return NGX_PYEXEC_REPLY_STATUS;
    }

    switch (check->verdict.outcome) {

    case PYEXEC_POLICY_ALLOWED:
        return NGX_PYEXEC_REPLY_NONE;

    case PYEXEC_POLICY_UNANALYSABLE:
        /* the parser and CPython disagree: nothing is known of it */
        return check->rewritten ? NGX_PYEXEC_REPLY_UNSAFE
                                : NGX_PYEXEC_REPLY_NONE;

    case PYEXEC_POLICY_REFUSED:
        return NGX_PYEXEC_REPLY_UNSAFE;

    default: /* PYEXEC_POLICY_NO_MEMORY, or nothing */
        return NGX_PYEXEC_REPLY_STATUS;
    }
}


static void
ngx_pyexec_handler_run(ngx_pyexec_ctx_t *ctx)
{
    ngx_log_t               *log;
    ngx_pyexec_check_t      *check;
    ngx_pyexec_program_t    *program;
    ngx_pyexec_loc_conf_t   *conf;
    ngx_pyexec_job_order_t   order;

    log = ctx->request->connection->log;
    check = &ctx->check;
    conf = ctx->conf;

    ngx_memzero(&order, sizeof(ngx_pyexec_job_order_t));

    order.profile = check->profile;
    order.temp_path = conf->temp_path;
    order.limits[NGX_PYEXEC_STDOUT] = conf->output_limit;
    order.limits[NGX_PYEXEC_STDERR] = conf->output_limit;
    order.concurrency = conf->concurrency;
    order.queue = conf->queue;
    order.queue_timeout = conf->queue_timeout;
    order.log = log;

    program = &order.program;
    program->code.data = (u_char *) check->program.code.data;
    program->code.len = check->program.code.len;
    program->input.data = (u_char *) check->program.input.data;
    program->input.len = check->program.input.len;
    program->nargs = check->program.nargs;
    program->timeout = check->timeout;
    program->compile_only = check->verdict.outcome
                            == PYEXEC_POLICY_UNANALYSABLE;

    if (program->compile_only) {
        order.limits[NGX_PYEXEC_STDOUT] = pyexec_rewritten_limit(
                                                      program->code.len);
    }

    if (ngx_pyexec_handler_args(check, &program->args) == NGX_OK) {
        ctx->job = ngx_pyexec_job_create(&order, &ngx_pyexec_handler_events,
                                         ctx);
    }

    if (ctx->job == NULL) {
        ngx_pyexec_request_fail(ctx, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    ngx_log_debug3(NGX_LOG_DEBUG_HTTP, log, 0,
                   "pyexec run %*s submitted, compile only: %ui",
                   (size_t) NGX_PYEXEC_UUID_LEN, ctx->job->id,
                   program->compile_only);

    ctx->state = NGX_PYEXEC_REQUEST_WAITING;
    log->action = "running python";

    ngx_pyexec_job_submit(ctx->job);
}


/* The arguments one after the other, as they go over the wire. */

static ngx_int_t
ngx_pyexec_handler_args(ngx_pyexec_check_t *check, ngx_str_t *args)
{
    u_char            *p;
    ngx_uint_t         i;
    pyexec_request_t  *program;

    program = &check->program;

    ngx_str_null(args);

    for (i = 0; i < program->nargs; i++) {
        args->len += program->args[i].len + 1;
    }

    if (args->len == 0) {
        return NGX_OK;
    }

    p = ngx_pnalloc(check->request->pool, args->len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    args->data = p;

    for (i = 0; i < program->nargs; i++) {
        p = ngx_cpymem(p, program->args[i].data, program->args[i].len + 1);
    }

    return NGX_OK;
}


static void
ngx_pyexec_handler_started(ngx_pyexec_job_t *job)
{
    ngx_pyexec_ctx_t  *ctx;

    ctx = job->data;
    ctx->state = NGX_PYEXEC_REQUEST_RUNNING;
}


/* The parser did not know a program, and CPython has no objection. */

static void
ngx_pyexec_handler_compiled(ngx_pyexec_job_t *job)
{
    ngx_connection_t        *c;
    ngx_pyexec_ctx_t        *ctx;
    ngx_pyexec_collected_t   reply;

    ctx = job->data;
    c = ctx->request->connection;

    reply = job->printed[NGX_PYEXEC_STDOUT];
    ngx_memzero(&job->printed[NGX_PYEXEC_STDOUT],
                sizeof(ngx_pyexec_collected_t));

    ctx->state = NGX_PYEXEC_REQUEST_CHECKING;

    ngx_pyexec_check_rewritten(&ctx->check, reply.data, reply.len);

    ngx_http_run_posted_requests(c);
}


static void
ngx_pyexec_handler_done(ngx_pyexec_job_t *job, ngx_pyexec_outcome_t *outcome)
{
    ngx_connection_t    *c;
    ngx_pyexec_ctx_t    *ctx;
    ngx_pyexec_reply_t   reply;

    ctx = job->data;
    c = ctx->request->connection;

    ngx_memzero(&reply, sizeof(ngx_pyexec_reply_t));

    reply.kind = NGX_PYEXEC_REPLY_OUTCOME;
    reply.outcome = outcome;
    reply.output.data = job->printed[NGX_PYEXEC_STDOUT].data;
    reply.output.len = job->printed[NGX_PYEXEC_STDOUT].len;
    reply.error.data = job->printed[NGX_PYEXEC_STDERR].data;
    reply.error.len = job->printed[NGX_PYEXEC_STDERR].len;

    /* what is printed there is a reply, and no output of the program */

    if (job->order.program.compile_only) {
        reply.output.len = 0;

        if (job->printed[NGX_PYEXEC_STDOUT].len
            == job->order.limits[NGX_PYEXEC_STDOUT])
        {
            reply.kind = NGX_PYEXEC_REPLY_UNSAFE;
        }
    }

    ngx_pyexec_request_finish(ctx, &reply);

    ngx_http_run_posted_requests(c);
}


/* nginx ends the request, and its client may have left. */

static void
ngx_pyexec_handler_left(void *data)
{
    ngx_pyexec_ctx_t *ctx = data;

    ngx_pyexec_reply_t  reply;

    ngx_memzero(&reply, sizeof(ngx_pyexec_reply_t));
    reply.kind = NGX_PYEXEC_REPLY_LEFT;

    ngx_pyexec_request_finish(ctx, &reply);
}
