
/*
 * Spares: runs without a program, forked ahead of time, isolated, warm and
 * waiting.  Each is used once and replaced when its program has gone out.
 */


#ifndef _NGX_PYEXEC_SPARE_H_INCLUDED_
#define _NGX_PYEXEC_SPARE_H_INCLUDED_


#include "../ngx_pyexec_module.h"


/* Those of one zygote. */

typedef struct {
    ngx_pyexec_zygote_t        *zygote;
    ngx_queue_t                 queue;          /* ngx_pyexec_run_t, idle */
    ngx_uint_t                  n;
    ngx_uint_t                  number;         /* to have ready */
    ngx_event_t                 refill;

    ngx_event_t                 idle;
    unsigned                    wanted:1;       /* taken lately */
} ngx_pyexec_spares_t;


/*
 * "number" to have ready.  Where none was taken for a minute or two there is
 * one, until one is taken.
 */
void ngx_pyexec_spare_init(ngx_pyexec_spares_t *spares,
    ngx_pyexec_zygote_t *zygote, ngx_uint_t number);

/* Has missing ones forked, when what the worker does now is done. */
void ngx_pyexec_spare_refill(ngx_pyexec_spares_t *spares);

/* The one that waits longest, or NULL. */
ngx_pyexec_run_t *ngx_pyexec_spare_take(ngx_pyexec_spares_t *spares);

/*
 * One is gone without having had a program, and is freed.  "failed": others
 * may fare the same, the next one is not forked at once.
 */
void ngx_pyexec_spare_gone(ngx_pyexec_run_t *run, ngx_uint_t failed);


#endif /* _NGX_PYEXEC_SPARE_H_INCLUDED_ */
