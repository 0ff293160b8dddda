
#include "../ngx_pyexec_module.h"
#include "ngx_pyexec_answer.h"


static ngx_int_t ngx_pyexec_answer_send(ngx_http_request_t *r,
    ngx_uint_t status, ngx_buf_t *b);
static ngx_buf_t *ngx_pyexec_answer_buf(ngx_http_request_t *r, size_t size);


static ngx_str_t  ngx_pyexec_answer_allow = ngx_string("Allow");
static ngx_str_t  ngx_pyexec_answer_methods = ngx_string("POST, OPTIONS");

static ngx_str_t  ngx_pyexec_answer_retry_after = ngx_string("Retry-After");

/* seconds: a place is free again after a run, and runs are short */
static ngx_str_t  ngx_pyexec_answer_retry_time = ngx_string("1");


ngx_int_t
ngx_pyexec_answer_result(ngx_pyexec_ctx_t *ctx)
{
    u_char                 notice[64];
    ngx_buf_t             *b;
    pyexec_answer_t        answer;
    ngx_http_request_t    *r;
    ngx_pyexec_result_t   *result;

    r = ctx->request;
    result = &ctx->result;
    answer.output = result->output;
    answer.error = result->error;
    answer.notice = (char *) notice;
    answer.returncode = (int) result->returncode;
    answer.execution_time = result->time;
    answer.status = ngx_pyexec_answer_status(result->status);
    answer.cpu_time = result->cpu_time;
    answer.memory = result->memory;

    switch (result->status) {

    case NGX_PYEXEC_TIMEOUT:
        (void) snprintf((char *) notice, sizeof(notice),
                        "Execution timed out after %.10g seconds",
                        (double) ctx->timeout / 1000);
        break;

    case NGX_PYEXEC_MEMORY:
        (void) snprintf((char *) notice, sizeof(notice),
                        "Memory limit of %zu bytes exceeded",
                        ctx->conf->memory);
        break;

    case NGX_PYEXEC_OUTPUT_LIMIT:
        (void) snprintf((char *) notice, sizeof(notice),
                        "Output limit of %zu bytes exceeded",
                        ctx->conf->output_limit);
        break;

    default:
        answer.notice = NULL;
    }

    b = ngx_pyexec_answer_buf(r, pyexec_answer_length(&answer));
    if (b == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    b->last = pyexec_answer_write(b->last, &answer);

    return ngx_pyexec_answer_send(r, NGX_HTTP_OK, b);
}


const char *
ngx_pyexec_answer_status(ngx_pyexec_status_e status)
{
    static const char  *names[] = {
        "ok", "error", "signal", "timeout", "memory", "output_limit"
    };

    return names[status];
}


ngx_int_t
ngx_pyexec_answer_unsafe(ngx_pyexec_ctx_t *ctx)
{
    char        error[sizeof("Code is not safe: ")
                      + PYEXEC_POLICY_MESSAGE_SIZE];
    ngx_buf_t  *b;

    (void) snprintf(error, sizeof(error), "Code is not safe: %s",
                    ctx->verdict.message);

    ctx->refused = 1;

    b = ngx_pyexec_answer_refusal(ctx->request, error, ctx->verdict.line,
                                  ctx->verdict.column);
    if (b == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_pyexec_answer_send(ctx->request, NGX_HTTP_BAD_REQUEST, b);
}


ngx_int_t
ngx_pyexec_answer_busy(ngx_http_request_t *r)
{
    if (ngx_pyexec_answer_header(r, &ngx_pyexec_answer_retry_after,
                                 &ngx_pyexec_answer_retry_time)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_pyexec_answer_refuse(r, NGX_HTTP_SERVICE_UNAVAILABLE,
                                    "Too many executions");
}


ngx_int_t
ngx_pyexec_answer_error(ngx_http_request_t *r, char *details)
{
    char  error[128];

    (void) snprintf(error, sizeof(error),
                    "An unexpected error occurred: %s", details);

    return ngx_pyexec_answer_refuse(r, NGX_HTTP_INTERNAL_SERVER_ERROR, error);
}


ngx_int_t
ngx_pyexec_answer_refuse(ngx_http_request_t *r, ngx_uint_t status,
    const char *error)
{
    ngx_buf_t  *b;

    b = ngx_pyexec_answer_refusal(r, error, 0, 0);
    if (b == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_pyexec_answer_send(r, status, b);
}


ngx_int_t
ngx_pyexec_answer_options(ngx_http_request_t *r)
{
    ngx_int_t          rc;
    ngx_pyexec_ctx_t  *ctx;

    ctx = ngx_pyexec_get_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->answered = 1;

    r->headers_out.status = NGX_HTTP_NO_CONTENT;
    r->header_only = 1;

    rc = ngx_pyexec_answer_header(r, &ngx_pyexec_answer_allow,
                                  &ngx_pyexec_answer_methods);

    return rc == NGX_OK ? ngx_http_send_header(r)
                        : NGX_HTTP_INTERNAL_SERVER_ERROR;
}


static ngx_int_t
ngx_pyexec_answer_send(ngx_http_request_t *r, ngx_uint_t status, ngx_buf_t *b)
{
    ngx_int_t          rc;
    ngx_chain_t        out;
    ngx_pyexec_ctx_t  *ctx;

    ctx = ngx_pyexec_get_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->answered = 1;

    if (status == NGX_HTTP_NOT_ALLOWED
        && ngx_pyexec_answer_header(r, &ngx_pyexec_answer_allow,
                                    &ngx_pyexec_answer_methods)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /* a run is done: no condition of the client's undoes it */

    r->disable_not_modified = 1;

    r->headers_out.status = status;
    r->headers_out.content_length_n = b->last - b->pos;
    ngx_str_set(&r->headers_out.content_type, "application/json");
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;

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


ngx_buf_t *
ngx_pyexec_answer_refusal(ngx_http_request_t *r, const char *error,
    ngx_uint_t line, ngx_uint_t column)
{
    ngx_buf_t         *b;
    pyexec_refusal_t   refusal;

    refusal.error = error;
    refusal.line = line;
    refusal.column = column;

    b = ngx_pyexec_answer_buf(r, pyexec_refusal_length(&refusal));

    if (b) {
        b->last = pyexec_refusal_write(b->last, &refusal);
    }

    return b;
}


ngx_int_t
ngx_pyexec_answer_header(ngx_http_request_t *r, ngx_str_t *name,
    ngx_str_t *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));

    h->hash = 1;
    h->key = *name;
    h->value = *value;

    return NGX_OK;
}


void
ngx_pyexec_answer_finalize(ngx_pyexec_ctx_t *ctx, ngx_int_t rc)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = ctx->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    ngx_http_finalize_request(r, rc);
    ngx_http_run_posted_requests(c);
}
