
#include "ngx_pyexec_filter.h"
#include "ngx_pyexec_answer.h"
#include "ngx_pyexec_cors.h"
#include "ngx_pyexec_ctx.h"
#include "ngx_pyexec_headers.h"


static ngx_int_t ngx_pyexec_filter_header(ngx_http_request_t *r);
static ngx_int_t ngx_pyexec_filter_replace(ngx_http_request_t *r);
static const char *ngx_pyexec_filter_reason(ngx_http_request_t *r);
static ngx_int_t ngx_pyexec_filter_body(ngx_http_request_t *r,
    ngx_chain_t *in);


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;
static ngx_http_output_body_filter_pt    ngx_http_next_body_filter;


ngx_int_t
ngx_pyexec_filter_init(ngx_conf_t *cf)
{
    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_pyexec_filter_header;

    ngx_http_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_pyexec_filter_body;

    return NGX_OK;
}


static ngx_int_t
ngx_pyexec_filter_header(ngx_http_request_t *r)
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
        && ngx_pyexec_filter_replace(r) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_pyexec_cors_add(r, plcf) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_next_header_filter(r);
}


static ngx_int_t
ngx_pyexec_filter_replace(ngx_http_request_t *r)
{
    ngx_pyexec_ctx_t  *ctx;

    ctx = ngx_pyexec_ctx_get(r);
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    ctx->replacement = ngx_pyexec_answer_refusal(ctx,
                                                 ngx_pyexec_filter_reason(r));
    if (ctx->replacement == NULL) {
        return NGX_ERROR;
    }

    ngx_http_clear_content_length(r);
    ngx_http_clear_accept_ranges(r);
    ngx_http_clear_last_modified(r);
    ngx_http_clear_etag(r);

    ngx_pyexec_headers_json(r, ctx->replacement->last
                               - ctx->replacement->pos);
    ngx_str_null(&r->headers_out.charset);

    return NGX_OK;
}


static const char *
ngx_pyexec_filter_reason(ngx_http_request_t *r)
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
ngx_pyexec_filter_body(ngx_http_request_t *r, ngx_chain_t *in)
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
