
/*
 * Everything that a location answers.  The functions send and return what
 * the request is to be finalized with; only ngx_pyexec_answer_finalize()
 * finalizes, for requests that waited for an event.
 */


#ifndef _NGX_PYEXEC_ANSWER_H_INCLUDED_
#define _NGX_PYEXEC_ANSWER_H_INCLUDED_


#include "../ngx_pyexec_module.h"


/* 200: ctx->result */
ngx_int_t ngx_pyexec_answer_result(ngx_pyexec_ctx_t *ctx);

/* 400: ctx->verdict */
ngx_int_t ngx_pyexec_answer_unsafe(ngx_pyexec_ctx_t *ctx);

/* 503 with Retry-After */
ngx_int_t ngx_pyexec_answer_busy(ngx_http_request_t *r);

/* 500: "details" are for the client, without secrets of the host */
ngx_int_t ngx_pyexec_answer_error(ngx_http_request_t *r, char *details);

/* any other status, with the reason; 405 with Allow */
ngx_int_t ngx_pyexec_answer_refuse(ngx_http_request_t *r, ngx_uint_t status,
    const char *error);

/* 204 */
ngx_int_t ngx_pyexec_answer_options(ngx_http_request_t *r);

void ngx_pyexec_answer_finalize(ngx_pyexec_ctx_t *ctx, ngx_int_t rc);

/* The JSON body of a refusal; without line and column where they are 0. */
ngx_buf_t *ngx_pyexec_answer_refusal(ngx_http_request_t *r,
    const char *error, ngx_uint_t line, ngx_uint_t column);

/* Adds a header; the strings must live as long as the request. */
ngx_int_t ngx_pyexec_answer_header(ngx_http_request_t *r, ngx_str_t *name,
    ngx_str_t *value);

/* "ok", "error", "signal", ... */
const char *ngx_pyexec_answer_status(ngx_pyexec_status_e status);


#endif /* _NGX_PYEXEC_ANSWER_H_INCLUDED_ */
