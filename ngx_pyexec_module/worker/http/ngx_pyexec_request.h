
/*
 * The one door through which a request leaves: answers, refusals, errors,
 * clients that left.
 */


#ifndef _NGX_PYEXEC_REQUEST_H_INCLUDED_
#define _NGX_PYEXEC_REQUEST_H_INCLUDED_


#include "ngx_pyexec_ctx.h"
#include "ngx_pyexec_reply.h"


/*
 * Answers and finalizes the request, which may be gone when this returns.  A
 * job of it that is not over is abandoned.  The second time it does nothing.
 *
 * With NGX_PYEXEC_REPLY_LEFT it is nginx that ends the request.
 */
void ngx_pyexec_request_finish(ngx_pyexec_ctx_t *ctx,
    ngx_pyexec_reply_t *reply);

/* The same with what nginx answers, an HTTP status or NGX_ERROR. */
void ngx_pyexec_request_fail(ngx_pyexec_ctx_t *ctx, ngx_int_t rc);


#endif /* _NGX_PYEXEC_REQUEST_H_INCLUDED_ */
