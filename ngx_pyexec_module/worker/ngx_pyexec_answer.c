
#include "ngx_pyexec_module.h"
#include "ngx_pyexec_answer.h"
#include "ngx_pyexec_cors.h"


/* seconds: a place is free again after a run, and runs are short */
#define NGX_PYEXEC_RETRY_AFTER  "1"


static ngx_int_t ngx_pyexec_answer_send(ngx_http_request_t *r,
    ngx_uint_t status, ngx_buf_t *b);
static ngx_buf_t *ngx_pyexec_answer_buf(ngx_http_request_t *r, size_t size);
static ngx_buf_t *ngx_pyexec_answer_refusal(ngx_http_request_t *r,
    const char *error, ngx_uint_t line, ngx_uint_t column);
static ngx_int_t ngx_pyexec_answer_header(ngx_http_request_t *r, char *name,
    char *value);

static ngx_int_t ngx_pyexec_answer_header_filter(ngx_http_request_t *r);
static ngx_int_t ngx_pyexec_answer_replace(ngx_http_request_t *r);
static const char *ngx_pyexec_answer_reason(ngx_http_request_t *r);
static ngx_int_t ngx_pyexec_answer_body_filter(ngx_http_request_t *r,
    ngx_chain_t *in);


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;
static ngx_http_output_body_filter_pt    ngx_http_next_body_filter;


ngx_int_t
ngx_pyexec_answer_result(ngx_pyexec_ctx_t *ctx)
{
    u_char                 notice[64];
    ngx_buf_t             *b;
    pyexec_answer_t        answer;
    ngx_http_request_t    *r;
    ngx_pyexec_result_t   *result;
    ngx_pyexec_loc_conf_t  *plcf;

    r = ctx->request;
    result = &ctx->result;
    plcf = ngx_http_get_module_loc_conf(r, ngx_pyexec_module);

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

    case NGX_PYEXEC_OUTPUT_LIMIT:
        (void) snprintf((char *) notice, sizeof(notice),
                        "Output limit of %zu bytes exceeded",
                        plcf->output_limit);
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
        "ok", "error", "signal", "timeout", "output_limit"
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
    if (ngx_pyexec_answer_header(r, "Retry-After", NGX_PYEXEC_RETRY_AFTER)
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

    rc = ngx_pyexec_answer_header(r, "Allow", "POST, OPTIONS");

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
        && ngx_pyexec_answer_header(r, "Allow", "POST, OPTIONS") != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

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


static ngx_buf_t *
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


static ngx_int_t
ngx_pyexec_answer_header(ngx_http_request_t *r, char *name, char *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));

    h->hash = 1;
    h->key.data = (u_char *) name;
    h->key.len = ngx_strlen(name);
    h->value.data = (u_char *) value;
    h->value.len = ngx_strlen(value);

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


ngx_int_t
ngx_pyexec_answer_init_filters(ngx_conf_t *cf)
{
    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_pyexec_answer_header_filter;

    ngx_http_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_pyexec_answer_body_filter;

    return NGX_OK;
}


static ngx_int_t
ngx_pyexec_answer_header_filter(ngx_http_request_t *r)
{
    ngx_pyexec_ctx_t       *ctx;
    ngx_pyexec_loc_conf_t  *plcf;

    plcf = ngx_http_get_module_loc_conf(r, ngx_pyexec_module);

    if (!plcf->enable || r != r->main) {
        return ngx_http_next_header_filter(r);
    }

    ctx = ngx_http_get_module_ctx(r, ngx_pyexec_module);

    if (r->headers_out.status >= NGX_HTTP_BAD_REQUEST
        && (ctx == NULL || !ctx->answered)
        && ngx_pyexec_answer_replace(r) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_pyexec_cors_add(r, plcf) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_next_header_filter(r);
}


static ngx_int_t
ngx_pyexec_answer_replace(ngx_http_request_t *r)
{
    ngx_pyexec_ctx_t  *ctx;

    ctx = ngx_pyexec_get_ctx(r);
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    ctx->replacement = ngx_pyexec_answer_refusal(r,
                                      ngx_pyexec_answer_reason(r), 0, 0);
    if (ctx->replacement == NULL) {
        return NGX_ERROR;
    }

    ngx_http_clear_content_length(r);
    ngx_http_clear_accept_ranges(r);
    ngx_http_clear_last_modified(r);
    ngx_http_clear_etag(r);

    r->headers_out.content_length_n = ctx->replacement->last
                                      - ctx->replacement->pos;
    ngx_str_set(&r->headers_out.content_type, "application/json");
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;
    ngx_str_null(&r->headers_out.charset);

    return NGX_OK;
}


static const char *
ngx_pyexec_answer_reason(ngx_http_request_t *r)
{
    char                      *p;
    ngx_uint_t                 i;
    ngx_http_core_loc_conf_t  *clcf;

    static const struct {
        ngx_uint_t   status;
        const char  *reason;
    } reasons[] = {
        { NGX_HTTP_BAD_REQUEST, "Bad request" },
        { NGX_HTTP_UNAUTHORIZED, "Authorization required" },
        { NGX_HTTP_FORBIDDEN, "Forbidden" },
        { NGX_HTTP_NOT_FOUND, "Not found" },
        { NGX_HTTP_NOT_ALLOWED, "Method not allowed" },
        { NGX_HTTP_REQUEST_TIME_OUT, "Request timed out" },
        { NGX_HTTP_LENGTH_REQUIRED, "Length required" },
        { NGX_HTTP_TOO_MANY_REQUESTS, "Too many requests" },
        { NGX_HTTP_INTERNAL_SERVER_ERROR,
          "An unexpected error occurred: the error log tells" },
        { NGX_HTTP_SERVICE_UNAVAILABLE, "Service unavailable" },
    };

    if (r->headers_out.status == NGX_HTTP_REQUEST_ENTITY_TOO_LARGE) {
        clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

        p = ngx_pnalloc(r->pool, 64);

        if (p) {
            (void) snprintf(p, 64, "Request exceeds the limit of %lld bytes",
                            (long long) clcf->client_max_body_size);
            return p;
        }
    }

    for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (reasons[i].status == r->headers_out.status) {
            return reasons[i].reason;
        }
    }

    return "Request failed";
}


static ngx_int_t
ngx_pyexec_answer_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_chain_t       *cl, out;
    ngx_pyexec_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_pyexec_module);

    if (ctx == NULL || ctx->replacement == NULL || in == NULL) {
        return ngx_http_next_body_filter(r, in);
    }

    /* the page that nginx sends is consumed, not sent */

    for (cl = in; cl; cl = cl->next) {
        cl->buf->pos = cl->buf->last;
        cl->buf->file_pos = cl->buf->file_last;
    }

    if (ctx->replaced) {
        return ngx_http_next_body_filter(r, NULL);
    }

    ctx->replaced = 1;

    out.buf = ctx->replacement;
    out.next = NULL;

    return ngx_http_next_body_filter(r, &out);
}
