
/*
 * Places: how many runs a worker has at one time, and the queue of requests
 * that wait for one.
 */


#ifndef _NGX_PYEXEC_PLACE_H_INCLUDED_
#define _NGX_PYEXEC_PLACE_H_INCLUDED_


#include "../ngx_pyexec_module.h"


/*
 * Starts the request's run if there is a place, else lets it wait for one.
 * NGX_DONE when the request will be finalized later, or what to finalize it
 * with now.
 */
ngx_int_t ngx_pyexec_place_take(ngx_pyexec_ctx_t *ctx);

/* A request that was waiting is gone. */
void ngx_pyexec_place_forget(ngx_pyexec_ctx_t *ctx);

/* A zygote was given a run; the run is gone. */
void ngx_pyexec_place_enter(void);
void ngx_pyexec_place_leave(void);

/* Something that requests wait for has changed: a zygote became ready. */
void ngx_pyexec_place_wake(void);

/* Requests that wait for this zygote get "details" as the server's error. */
void ngx_pyexec_place_fail(ngx_pyexec_zygote_t *zygote, char *details);


#endif /* _NGX_PYEXEC_PLACE_H_INCLUDED_ */
