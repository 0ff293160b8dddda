
#include "ngx_pyexec_module.h"
#include "ngx_pyexec_answer.h"
#include "ngx_pyexec_body.h"
#include "ngx_pyexec_handler.h"
#include "ngx_pyexec_place.h"
#include "ngx_pyexec_run.h"
#include "../policy/source.h"

#include <math.h>


/* These return NGX_DECLINED when they found nothing to answer. */

static ngx_int_t ngx_pyexec_method(ngx_http_request_t *r);
static ngx_int_t ngx_pyexec_parse(ngx_http_request_t *r,
    ngx_pyexec_ctx_t *ctx);
static ngx_int_t ngx_pyexec_check(ngx_http_request_t *r,
    ngx_pyexec_ctx_t *ctx);

static ngx_uint_t ngx_pyexec_is_json(ngx_http_request_t *r);
static void ngx_pyexec_body_handler(ngx_http_request_t *r);
static ngx_int_t ngx_pyexec_accept(ngx_http_request_t *r);
static void ngx_pyexec_cleanup(void *data);
static void ngx_pyexec_free_program(void *data);


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
    ngx_int_t  rc;

    rc = ngx_pyexec_accept(r);

    /* NGX_DONE: a run or the queue finalizes the request */

    if (rc != NGX_DONE) {
        ngx_http_finalize_request(r, rc);
    }
}


static ngx_int_t
ngx_pyexec_accept(ngx_http_request_t *r)
{
    ngx_int_t            rc;
    ngx_pyexec_ctx_t    *ctx;
    ngx_http_cleanup_t  *cln;

    ctx = ngx_pyexec_get_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_pyexec_parse(r, ctx);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    rc = ngx_pyexec_check(r, ctx);

    if (rc != NGX_DECLINED) {
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
    r->connection->log->action = "running python";

    return ngx_pyexec_place_take(ctx);
}


static ngx_int_t
ngx_pyexec_parse(ngx_http_request_t *r, ngx_pyexec_ctx_t *ctx)
{
    char                     error[PYEXEC_REQUEST_ERROR_SIZE];
    ngx_int_t                rc;
    ngx_str_t                body;
    ngx_pool_cleanup_t      *cln;
    ngx_pyexec_loc_conf_t   *plcf;
    pyexec_request_limits_t  limits;
    pyexec_request_status_t  status;

    rc = ngx_pyexec_body(r, &body);

    if (rc != NGX_OK) {
        return rc;
    }

    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    plcf = ngx_http_get_module_loc_conf(r, ngx_pyexec_module);

    limits.timeout = (double) plcf->timeout / 1000;
    limits.code = plcf->code_limit;

    status = pyexec_request_parse(&ctx->program, (char *) body.data, body.len,
                                  &limits, error);

    switch (status) {

    case PYEXEC_REQUEST_OK:
        break;

    case PYEXEC_REQUEST_INVALID:
        return ngx_pyexec_answer_refuse(r, NGX_HTTP_BAD_REQUEST, error);

    case PYEXEC_REQUEST_TOO_LARGE:
        return ngx_pyexec_answer_refuse(r, NGX_HTTP_REQUEST_ENTITY_TOO_LARGE,
                                        error);

    case PYEXEC_REQUEST_NO_MEMORY:
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cln->handler = ngx_pyexec_free_program;
    cln->data = ctx;

    ctx->timeout = (ngx_msec_t) ceil(ctx->program.timeout * 1000);

    return NGX_DECLINED;
}


static ngx_int_t
ngx_pyexec_check(ngx_http_request_t *r, ngx_pyexec_ctx_t *ctx)
{
    ngx_pyexec_loc_conf_t    *plcf;
    pyexec_request_string_t  *code;

    plcf = ngx_http_get_module_loc_conf(r, ngx_pyexec_module);

    /* what is checked here is, to the byte, what runs */

    code = &ctx->program.code;
    code->len = pyexec_source_normalise((char *) code->data, code->len);

    pyexec_policy_check(plcf->policy, code->data, code->len, &ctx->verdict);

    switch (ctx->verdict.outcome) {

    case PYEXEC_POLICY_REFUSED:
        return ngx_pyexec_answer_unsafe(ctx);

    case PYEXEC_POLICY_NO_MEMORY:
        return NGX_HTTP_INTERNAL_SERVER_ERROR;

    default:
        return NGX_DECLINED;
    }
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


static void
ngx_pyexec_free_program(void *data)
{
    ngx_pyexec_ctx_t *ctx = data;

    pyexec_request_free(&ctx->program);
}
