
/*
 * A run: one process of a zygote and what belongs to it, from SPAWNED to GONE.
 * It waits for a program, runs it, and is told of when all of it is gone.
 */


#ifndef _NGX_PYEXEC_RUN_H_INCLUDED_
#define _NGX_PYEXEC_RUN_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_pyexec_outcome.h"
#include "ngx_pyexec_pipe.h"
#include "ngx_pyexec_zygote.h"


typedef struct ngx_pyexec_run_s  ngx_pyexec_run_t;


typedef enum {
    NGX_PYEXEC_RUN_SPAWNED = 0,         /* asked for; waits for a program */
    NGX_PYEXEC_RUN_RUNNING,             /* has its program */
    NGX_PYEXEC_RUN_KILLING,
    NGX_PYEXEC_RUN_GONE
} ngx_pyexec_run_state_e;


/* What happens to a run is told to whoever it belongs to now. */

typedef struct {
    /*
     * What it printed, NGX_PYEXEC_STDOUT or NGX_PYEXEC_STDERR.  Anything but
     * NGX_OK: of this stream no more is told.
     */
    ngx_int_t                 (*output)(ngx_pyexec_run_t *run,
                                        ngx_uint_t stream, u_char *p,
                                        size_t len);

    /*
     * All of it is gone: ENDED, FAILED, UNSTARTED or LOST.  Told once; it is
     * the owner who frees it.
     */
    void                      (*done)(ngx_pyexec_run_t *run,
                                      ngx_pyexec_outcome_t *outcome);
} ngx_pyexec_run_events_t;


/* What is run; it stays where it is until the run is gone or hung up. */

typedef struct {
    ngx_str_t                   code;
    ngx_str_t                   input;          /* standard input */
    ngx_str_t                   args;           /* each with a NUL */
    ngx_uint_t                  nargs;
    ngx_msec_t                  timeout;
    ngx_uint_t                  compile_only;   /* unsigned  :1 */
} ngx_pyexec_program_t;


struct ngx_pyexec_run_s {
    ngx_pyexec_child_t          child;
    ngx_pyexec_run_state_e      state;
    ngx_pyexec_cause_e          cause;          /* of the kill */

    const ngx_pyexec_run_events_t  *events;
    void                       *data;           /* of its owner */
    ngx_queue_t                 idle;           /* of the spares */

    ngx_pool_t                 *pool;
    ngx_pyexec_input_t          channel;
    ngx_pyexec_input_t          input;
    ngx_pyexec_output_t         outputs[NGX_PYEXEC_NOUTPUTS];

    ngx_event_t                 timer;
    ngx_msec_t                  timeout;
    uint64_t                    began;          /* ngx_pyexec_monotonic() */
};


/*
 * Has a process forked that waits for its program.  NGX_BUSY when the zygote
 * takes no more just now, NGX_DECLINED when worker_connections are exhausted,
 * NGX_ABORT when the zygote is gone, or NGX_ERROR with errno set.
 */
ngx_int_t ngx_pyexec_run_spawn(ngx_pyexec_zygote_t *zygote,
    const ngx_pyexec_run_events_t *events, void *data,
    ngx_pyexec_run_t **run);

/* Gives a run that waits for its program to another owner. */
void ngx_pyexec_run_give(ngx_pyexec_run_t *run,
    const ngx_pyexec_run_events_t *events, void *data);

/*
 * Whether a run that waits for its program is as it was forked: it lives, and
 * nobody has written to its outputs.
 */
ngx_uint_t ngx_pyexec_run_untouched(ngx_pyexec_run_t *run);

/*
 * Hands over the program and as much of its input as fits, and counts its
 * time.  "directory" is where it runs, with a NUL behind it; "": where the
 * sandbox says.  NGX_ERROR without memory: nothing was handed over.
 */
ngx_int_t ngx_pyexec_run_begin(ngx_pyexec_run_t *run,
    ngx_pyexec_program_t *program, ngx_str_t *directory);

/*
 * Has it killed, with all that it started.  The first cause counts, and
 * "done" follows.
 */
void ngx_pyexec_run_kill(ngx_pyexec_run_t *run, ngx_pyexec_cause_e cause);

/* Nothing more is written to it; one without a program then ends by itself. */
void ngx_pyexec_run_hang_up(ngx_pyexec_run_t *run);

/* Of one that is gone. */
void ngx_pyexec_run_free(ngx_pyexec_run_t *run);


#endif /* _NGX_PYEXEC_RUN_H_INCLUDED_ */
