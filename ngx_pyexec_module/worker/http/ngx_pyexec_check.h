
/*
 * The decision on a request, before any place or process is thought of: its
 * body is parsed, its code is checked.  Big ones are decided on in a thread,
 * where nginx has threads.
 */


#ifndef _NGX_PYEXEC_CHECK_H_INCLUDED_
#define _NGX_PYEXEC_CHECK_H_INCLUDED_


#include "../ngx_pyexec_module.h"


/*
 * Decides on ctx->body and calls "done" with NGX_DECLINED when the program
 * may run, or with what to finalize the request with: before it returns, or
 * later.  A client that leaves meanwhile is noticed; "done" is not called
 * then.
 */
void ngx_pyexec_check(ngx_pyexec_ctx_t *ctx, ngx_pyexec_check_done_pt done);


#endif /* _NGX_PYEXEC_CHECK_H_INCLUDED_ */
