
#include "ngx_pyexec_answer.h"
#include "ngx_pyexec_headers.h"


/* the longest line that is added to a program's own, bytes */
#define NGX_PYEXEC_NOTICE_SIZE   64

/* of an error of the server, bytes: a step and what errno means */
#define NGX_PYEXEC_DETAILS_SIZE  (NGX_PYEXEC_STEP_LEN + 128)


static ngx_int_t ngx_pyexec_answer_options(ngx_pyexec_ctx_t *ctx);
static ngx_int_t ngx_pyexec_answer_method(ngx_pyexec_ctx_t *ctx);
static ngx_int_t ngx_pyexec_answer_unsafe(ngx_pyexec_ctx_t *ctx);
static ngx_int_t ngx_pyexec_answer_outcome(ngx_pyexec_ctx_t *ctx,
    ngx_pyexec_reply_t *reply);
static ngx_int_t ngx_pyexec_answer_result(ngx_pyexec_ctx_t *ctx,
    ngx_pyexec_reply_t *reply);
static char *ngx_pyexec_answer_notice(ngx_pyexec_ctx_t *ctx,
    ngx_pyexec_outcome_t *outcome, char notice[NGX_PYEXEC_NOTICE_SIZE]);
static ngx_int_t ngx_pyexec_answer_busy(ngx_pyexec_ctx_t *ctx);
static ngx_int_t ngx_pyexec_answer_failed(ngx_pyexec_ctx_t *ctx,
    ngx_pyexec_outcome_t *outcome);
static ngx_int_t ngx_pyexec_answer_error(ngx_pyexec_ctx_t *ctx,
    const char *details);

static ngx_int_t ngx_pyexec_answer_refuse(ngx_pyexec_ctx_t *ctx,
    ngx_uint_t status, const char *error, ngx_uint_t line,
    ngx_uint_t column);
static ngx_buf_t *ngx_pyexec_answer_refusal_buf(ngx_pyexec_ctx_t *ctx,
    const char *error, ngx_uint_t line, ngx_uint_t column);
static ngx_int_t ngx_pyexec_answer_send(ngx_pyexec_ctx_t *ctx,
    ngx_uint_t status, ngx_buf_t *b);
static ngx_buf_t *ngx_pyexec_answer_buf(ngx_http_request_t *r, size_t size);


static ngx_str_t  ngx_pyexec_answer_allow = ngx_string("Allow");
static ngx_str_t  ngx_pyexec_answer_methods = ngx_string("POST, OPTIONS");

static ngx_str_t  ngx_pyexec_answer_retry_after = ngx_string("Retry-After");

/* seconds: a place is free again after a run, and runs are short */
static ngx_str_t  ngx_pyexec_answer_retry_time = ngx_string("1");


ngx_int_t
ngx_pyexec_answer(ngx_pyexec_ctx_t *ctx, ngx_pyexec_reply_t *reply)
{
    switch (reply->kind) {

    case NGX_PYEXEC_REPLY_LEFT:
        return NGX_ERROR;

    case NGX_PYEXEC_REPLY_STATUS:
        return reply->rc;

    case NGX_PYEXEC_REPLY_OPTIONS:
        return ngx_pyexec_answer_options(ctx);

    case NGX_PYEXEC_REPLY_METHOD:
        return ngx_pyexec_answer_method(ctx);

    case NGX_PYEXEC_REPLY_MEDIA_TYPE:
        return ngx_pyexec_answer_refuse(ctx, NGX_HTTP_UNSUPPORTED_MEDIA_TYPE,
                                    "Content-Type must be application/json",
                                    0, 0);

    case NGX_PYEXEC_REPLY_INVALID:
        return ngx_pyexec_answer_refuse(ctx, NGX_HTTP_BAD_REQUEST,
                                        reply->text, 0, 0);

    case NGX_PYEXEC_REPLY_TOO_LARGE:
        return ngx_pyexec_answer_refuse(ctx,
                                        NGX_HTTP_REQUEST_ENTITY_TOO_LARGE,
                                        reply->text, 0, 0);

    case NGX_PYEXEC_REPLY_UNSAFE:
        return ngx_pyexec_answer_unsafe(ctx);

    case NGX_PYEXEC_REPLY_OUTCOME:
        return ngx_pyexec_answer_outcome(ctx, reply);

    default: /* NGX_PYEXEC_REPLY_NONE: who asked for it has not decided */
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
}


/* 204 with Allow */

static ngx_int_t
ngx_pyexec_answer_options(ngx_pyexec_ctx_t *ctx)
{
    ngx_int_t            rc;
    ngx_http_request_t  *r;

    r = ctx->request;
    ctx->answered = 1;

    r->headers_out.status = NGX_HTTP_NO_CONTENT;
    r->header_only = 1;

    rc = ngx_pyexec_headers_add(r, &ngx_pyexec_answer_allow,
                                &ngx_pyexec_answer_methods);

    return rc == NGX_OK ? ngx_http_send_header(r)
                        : NGX_HTTP_INTERNAL_SERVER_ERROR;
}


static ngx_int_t
ngx_pyexec_answer_method(ngx_pyexec_ctx_t *ctx)
{
    if (ngx_pyexec_headers_add(ctx->request, &ngx_pyexec_answer_allow,
                               &ngx_pyexec_answer_methods)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_pyexec_answer_refuse(ctx, NGX_HTTP_NOT_ALLOWED,
                                    "Method not allowed", 0, 0);
}


static ngx_int_t
ngx_pyexec_answer_unsafe(ngx_pyexec_ctx_t *ctx)
{
    char                      error[sizeof("Code is not safe: ")
                                    + PYEXEC_POLICY_MESSAGE_SIZE];
    pyexec_policy_verdict_t  *verdict;

    verdict = &ctx->check.verdict;
    ctx->refused = 1;

    (void) snprintf(error, sizeof(error), "Code is not safe: %s",
                    verdict->message);

    return ngx_pyexec_answer_refuse(ctx, NGX_HTTP_BAD_REQUEST, error,
                                    verdict->line, verdict->column);
}


static ngx_int_t
ngx_pyexec_answer_outcome(ngx_pyexec_ctx_t *ctx, ngx_pyexec_reply_t *reply)
{
    switch (reply->outcome->kind) {

    case NGX_PYEXEC_OUTCOME_ENDED:
        return ngx_pyexec_answer_result(ctx, reply);

    case NGX_PYEXEC_OUTCOME_BUSY:
        return ngx_pyexec_answer_busy(ctx);

    case NGX_PYEXEC_OUTCOME_DOWN:
        return ngx_pyexec_answer_error(ctx,
                                       "the Python interpreter cannot start");

    case NGX_PYEXEC_OUTCOME_FAILED:
        return ngx_pyexec_answer_failed(ctx, reply->outcome);

    case NGX_PYEXEC_OUTCOME_LOST:
        return ngx_pyexec_answer_error(ctx, "the Python interpreter died");

    case NGX_PYEXEC_OUTCOME_UNSTARTED:
        return ngx_pyexec_answer_error(ctx,
                       "the Python interpreter ended before its program");

    case NGX_PYEXEC_OUTCOME_NO_MEMORY:
        return ngx_pyexec_answer_error(ctx, "out of memory");

    default: /* NGX_PYEXEC_OUTCOME_UNDECIDED */
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
}


static ngx_int_t
ngx_pyexec_answer_result(ngx_pyexec_ctx_t *ctx, ngx_pyexec_reply_t *reply)
{
    char                   notice[NGX_PYEXEC_NOTICE_SIZE];
    ngx_buf_t             *b;
    pyexec_answer_t        answer;
    ngx_pyexec_outcome_t  *outcome;

    outcome = reply->outcome;

    answer.output = reply->output;
    answer.error = reply->error;
    answer.notice = ngx_pyexec_answer_notice(ctx, outcome, notice);
    answer.returncode = (int) outcome->returncode;
    answer.execution_time = outcome->time;
    answer.status = ngx_pyexec_answer_status(outcome);
    answer.cpu_time = outcome->cpu_time;
    answer.memory = outcome->memory;

    b = ngx_pyexec_answer_buf(ctx->request, ctx->api->result_length(&answer));
    if (b == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    b->last = ctx->api->result(b->last, &answer);

    return ngx_pyexec_answer_send(ctx, NGX_HTTP_OK, b);
}


/* The line that says which limit ended it, or NULL. */

static char *
ngx_pyexec_answer_notice(ngx_pyexec_ctx_t *ctx,
    ngx_pyexec_outcome_t *outcome, char notice[NGX_PYEXEC_NOTICE_SIZE])
{
    switch (outcome->cause) {

    case NGX_PYEXEC_CAUSE_TIMEOUT:
        (void) snprintf(notice, NGX_PYEXEC_NOTICE_SIZE,
                        "Execution timed out after %.10g seconds",
                        (double) ctx->check.timeout / 1000);
        return notice;

    case NGX_PYEXEC_CAUSE_MEMORY:
        (void) snprintf(notice, NGX_PYEXEC_NOTICE_SIZE,
                        "Memory limit of %zu bytes exceeded",
                        ctx->conf->memory);
        return notice;

    case NGX_PYEXEC_CAUSE_OUTPUT:
        (void) snprintf(notice, NGX_PYEXEC_NOTICE_SIZE,
                        "Output limit of %zu bytes exceeded",
                        ctx->conf->output_limit);
        return notice;

    default:
        return NULL;
    }
}


const char *
ngx_pyexec_answer_status(ngx_pyexec_outcome_t *outcome)
{
    switch (outcome->cause) {

    case NGX_PYEXEC_CAUSE_TIMEOUT:
        return "timeout";

    case NGX_PYEXEC_CAUSE_MEMORY:
        return "memory";

    case NGX_PYEXEC_CAUSE_OUTPUT:
        return "output_limit";

    default:
        break;
    }

    if (outcome->returncode < 0) {
        return "signal";
    }

    return outcome->returncode ? "error" : "ok";
}


/* 503 with Retry-After */

static ngx_int_t
ngx_pyexec_answer_busy(ngx_pyexec_ctx_t *ctx)
{
    if (ngx_pyexec_headers_add(ctx->request, &ngx_pyexec_answer_retry_after,
                               &ngx_pyexec_answer_retry_time)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_pyexec_answer_refuse(ctx, NGX_HTTP_SERVICE_UNAVAILABLE,
                                    "Too many executions", 0, 0);
}


static ngx_int_t
ngx_pyexec_answer_failed(ngx_pyexec_ctx_t *ctx,
    ngx_pyexec_outcome_t *outcome)
{
    u_char  *p, *last, details[NGX_PYEXEC_DETAILS_SIZE];

    p = details;
    last = details + sizeof(details) - 1;

    if (outcome->step[0]) {
        p = ngx_slprintf(p, last, "%s: ", outcome->step);
    }

    *ngx_strerror(outcome->err, p, last - p) = '\0';

    return ngx_pyexec_answer_error(ctx, (char *) details);
}


/* 500: "details" are for the client, without secrets of the host. */

static ngx_int_t
ngx_pyexec_answer_error(ngx_pyexec_ctx_t *ctx, const char *details)
{
    char  error[sizeof("An unexpected error occurred: ")
                + NGX_PYEXEC_DETAILS_SIZE];

    (void) snprintf(error, sizeof(error),
                    "An unexpected error occurred: %s", details);

    return ngx_pyexec_answer_refuse(ctx, NGX_HTTP_INTERNAL_SERVER_ERROR,
                                    error, 0, 0);
}


/* Without line and column where they are 0. */

static ngx_int_t
ngx_pyexec_answer_refuse(ngx_pyexec_ctx_t *ctx, ngx_uint_t status,
    const char *error, ngx_uint_t line, ngx_uint_t column)
{
    ngx_buf_t  *b;

    b = ngx_pyexec_answer_refusal_buf(ctx, error, line, column);
    if (b == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_pyexec_answer_send(ctx, status, b);
}


ngx_buf_t *
ngx_pyexec_answer_refusal(ngx_pyexec_ctx_t *ctx, const char *error)
{
    return ngx_pyexec_answer_refusal_buf(ctx, error, 0, 0);
}


static ngx_buf_t *
ngx_pyexec_answer_refusal_buf(ngx_pyexec_ctx_t *ctx, const char *error,
    ngx_uint_t line, ngx_uint_t column)
{
    ngx_buf_t         *b;
    pyexec_refusal_t   refusal;

    refusal.error = error;
    refusal.line = line;
    refusal.column = column;

    b = ngx_pyexec_answer_buf(ctx->request,
                              ctx->api->refusal_length(&refusal));

    if (b) {
        b->last = ctx->api->refuse(b->last, &refusal);
    }

    return b;
}


static ngx_int_t
ngx_pyexec_answer_send(ngx_pyexec_ctx_t *ctx, ngx_uint_t status,
    ngx_buf_t *b)
{
    ngx_int_t            rc;
    ngx_chain_t          out;
    ngx_http_request_t  *r;

    r = ctx->request;
    ctx->answered = 1;

    /* a run is done: no condition of the client's undoes it */

    r->disable_not_modified = 1;

    r->headers_out.status = status;
    ngx_pyexec_headers_json(r, b->last - b->pos);

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


static ngx_buf_t *
ngx_pyexec_answer_buf(ngx_http_request_t *r, size_t size)
{
    ngx_buf_t  *b;

    b = ngx_create_temp_buf(r->pool, size);
    if (b == NULL) {
        return NULL;
    }

    b->last_buf = (r == r->main) ? 1 : 0;
    b->last_in_chain = 1;

    return b;
}
