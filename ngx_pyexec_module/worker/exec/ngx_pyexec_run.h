
/*
 * One run, from a place to the answer: its pipes, its time, its end.  A run
 * outlives a request whose client leaves, until its processes are gone.
 */


#ifndef _NGX_PYEXEC_RUN_H_INCLUDED_
#define _NGX_PYEXEC_RUN_H_INCLUDED_


#include "../ngx_pyexec_module.h"
#include "ngx_pyexec_pipe.h"
#include "ngx_pyexec_script.h"
#include "ngx_pyexec_spare.h"


struct ngx_pyexec_run_s {
    uint32_t                    id;
    ngx_queue_t                 queue;          /* of its zygote */
    ngx_pyexec_zygote_t        *zygote;

    ngx_pyexec_spares_t        *spares;         /* NULL: it has a program */
    ngx_queue_t                 idle;           /* of the spares */

    ngx_pool_t                 *pool;
    ngx_pyexec_ctx_t           *ctx;            /* NULL: nobody waits */

    ngx_pyexec_input_t          channel;
    ngx_pyexec_input_t          input;
    ngx_pyexec_output_t         output;
    ngx_pyexec_output_t         error;

    ngx_pyexec_script_t         script;

    ngx_event_t                 timer;
    ngx_msec_t                  timeout;
    uint64_t                    started;        /* ngx_pyexec_monotonic() */

    unsigned                    compile_only:1;
    unsigned                    timed_out:1;
    unsigned                    flooded:1;      /* past the output limit */
    unsigned                    no_memory:1;
    unsigned                    killed:1;
    unsigned                    kill_unsent:1;
};


/*
 * Has a run forked that waits for its program.  NGX_BUSY when the zygote
 * takes no more just now, NGX_DECLINED when worker_connections are exhausted,
 * NGX_ABORT when the zygote is gone, or NGX_ERROR with errno set.
 */
ngx_int_t ngx_pyexec_run_spawn(ngx_pyexec_zygote_t *zygote,
    ngx_pyexec_run_t **run);

/*
 * NGX_DONE when the run has started, NGX_BUSY when its zygote takes no more
 * just now, or what to finalize the request with.
 */
ngx_int_t ngx_pyexec_run_start(ngx_pyexec_ctx_t *ctx);

/* Its request is gone. */
void ngx_pyexec_run_abandon(ngx_pyexec_run_t *run);

/* Its processes are gone; the run is freed. */
void ngx_pyexec_run_ended(ngx_pyexec_run_t *run, pyexec_wire_message_t *end);

/* It did not come to its program, or went with its zygote; it is freed. */
void ngx_pyexec_run_failed(ngx_pyexec_run_t *run,
    pyexec_wire_message_t *message);
void ngx_pyexec_run_lost(ngx_pyexec_run_t *run);

/* The worker exits; nothing is answered, the run is freed. */
void ngx_pyexec_run_free(ngx_pyexec_run_t *run);


#endif /* _NGX_PYEXEC_RUN_H_INCLUDED_ */
