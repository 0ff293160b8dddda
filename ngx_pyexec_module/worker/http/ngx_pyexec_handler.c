
#include "../ngx_pyexec_module.h"
#include "ngx_pyexec_answer.h"
#include "ngx_pyexec_body.h"
#include "ngx_pyexec_check.h"
#include "ngx_pyexec_handler.h"
#include "../exec/ngx_pyexec_place.h"
#include "../exec/ngx_pyexec_run.h"


static ngx_int_t ngx_pyexec_method(ngx_http_request_t *r);
static ngx_uint_t ngx_pyexec_is_json(ngx_http_request_t *r);
static void ngx_pyexec_body_handler(ngx_http_request_t *r);
static ngx_int_t ngx_pyexec_prepare(ngx_pyexec_ctx_t *ctx);
static void ngx_pyexec_checked(ngx_pyexec_ctx_t *ctx, ngx_int_t rc);
static void ngx_pyexec_cleanup(void *data);


ngx_int_t
ngx_pyexec_handler(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    rc = ngx_pyexec_method(r);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    /* one buffer holds most programs and needs no file */

    r->request_body_in_single_buf = 1;

    rc = ngx_http_read_client_request_body(r, ngx_pyexec_body_handler);

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        return rc;
    }

    return NGX_DONE;
}


/* NGX_DECLINED when there is nothing to answer yet. */

static ngx_int_t
ngx_pyexec_method(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    if (r->method == NGX_HTTP_POST && ngx_pyexec_is_json(r)) {
        return NGX_DECLINED;
    }

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    if (r->method == NGX_HTTP_OPTIONS) {
        return ngx_pyexec_answer_options(r);
    }

    if (r->method == NGX_HTTP_POST) {
        return ngx_pyexec_answer_refuse(r, NGX_HTTP_UNSUPPORTED_MEDIA_TYPE,
                                   "Content-Type must be application/json");
    }

    return ngx_pyexec_answer_refuse(r, NGX_HTTP_NOT_ALLOWED,
                                    "Method not allowed");
}


static ngx_uint_t
ngx_pyexec_is_json(ngx_http_request_t *r)
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


static void
ngx_pyexec_body_handler(ngx_http_request_t *r)
{
    ngx_int_t          rc;
    ngx_pyexec_ctx_t  *ctx;

    ctx = ngx_pyexec_get_ctx(r);
    if (ctx == NULL) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    rc = ngx_pyexec_prepare(ctx);

    if (rc != NGX_OK) {
        ngx_http_finalize_request(r, rc);
        return;
    }

    ngx_pyexec_check(ctx, ngx_pyexec_checked);
}


static ngx_int_t
ngx_pyexec_prepare(ngx_pyexec_ctx_t *ctx)
{
    ngx_int_t            rc;
    ngx_http_cleanup_t  *cln;
    ngx_http_request_t  *r;

    r = ctx->request;

    rc = ngx_pyexec_body(r, &ctx->body);

    if (rc != NGX_OK) {
        return rc;
    }

    cln = ngx_http_cleanup_add(r, 0);
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cln->handler = ngx_pyexec_cleanup;
    cln->data = ctx;

    /* from here on a client that leaves is noticed */

    if (ngx_handle_read_event(r->connection->read, 0) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = ngx_http_request_empty_handler;

    /* one that has left already causes no further event */

    if (r->connection->read->pending_eof) {
        ngx_post_event(r->connection->read, &ngx_posted_events);
    }

    return NGX_OK;
}


static void
ngx_pyexec_checked(ngx_pyexec_ctx_t *ctx, ngx_int_t rc)
{
    ngx_http_request_t  *r;

    r = ctx->request;

    if (rc == NGX_DECLINED) {
        r->connection->log->action = "running python";

        rc = ngx_pyexec_place_take(ctx);

        /* a run or the queue finalizes the request */

        if (rc == NGX_DONE) {
            return;
        }
    }

    ngx_http_finalize_request(r, rc);
}


/* The request ends before its run does: nobody waits for the answer. */

static void
ngx_pyexec_cleanup(void *data)
{
    ngx_pyexec_ctx_t *ctx = data;

    if (ctx->waiting) {
        ngx_pyexec_place_forget(ctx);
    }

    if (ctx->run) {
        ngx_pyexec_run_abandon(ctx->run);
    }
}
