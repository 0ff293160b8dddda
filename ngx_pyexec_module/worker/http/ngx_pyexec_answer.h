
/*
 * Everything that a location answers.  It sends; only
 * ngx_pyexec_request_finish() finalizes.
 */


#ifndef _NGX_PYEXEC_ANSWER_H_INCLUDED_
#define _NGX_PYEXEC_ANSWER_H_INCLUDED_


#include "ngx_pyexec_ctx.h"
#include "ngx_pyexec_reply.h"


/* Sends the reply and returns what the request is to be finalized with. */
ngx_int_t ngx_pyexec_answer(ngx_pyexec_ctx_t *ctx, ngx_pyexec_reply_t *reply);

/* The body of a refusal in place of a page of nginx's; NULL without memory. */
ngx_buf_t *ngx_pyexec_answer_refusal(ngx_pyexec_ctx_t *ctx,
    const char *error);

/* "ok", "error", "signal", ... of a program that ran */
const char *ngx_pyexec_answer_status(ngx_pyexec_outcome_t *outcome);


#endif /* _NGX_PYEXEC_ANSWER_H_INCLUDED_ */
