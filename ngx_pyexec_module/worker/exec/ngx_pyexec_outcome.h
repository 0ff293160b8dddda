
/*
 * What became of a run, as a value: whoever knows a part of it fills that in,
 * and what is answered is decided elsewhere.
 */


#ifndef _NGX_PYEXEC_OUTCOME_H_INCLUDED_
#define _NGX_PYEXEC_OUTCOME_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


typedef enum {
    NGX_PYEXEC_OUTCOME_UNDECIDED = 0,
    NGX_PYEXEC_OUTCOME_ENDED,           /* the program ran, however it ended */
    NGX_PYEXEC_OUTCOME_BUSY,            /* no place in time, or in the queue */
    NGX_PYEXEC_OUTCOME_DOWN,            /* no interpreter comes up */
    NGX_PYEXEC_OUTCOME_FAILED,          /* "step" failed with "err" */
    NGX_PYEXEC_OUTCOME_LOST,            /* the interpreter died with it */
    NGX_PYEXEC_OUTCOME_UNSTARTED,       /* ended without having a program */
    NGX_PYEXEC_OUTCOME_NO_MEMORY        /* of the worker */
} ngx_pyexec_outcome_e;


/* Why a run was killed, or is told to have been. */

typedef enum {
    NGX_PYEXEC_CAUSE_NONE = 0,
    NGX_PYEXEC_CAUSE_TIMEOUT,
    NGX_PYEXEC_CAUSE_OUTPUT,            /* more than its limit */
    NGX_PYEXEC_CAUSE_MEMORY,            /* more than its limit */
    NGX_PYEXEC_CAUSE_NO_MEMORY,         /* the worker cannot keep its output */
    NGX_PYEXEC_CAUSE_ABANDONED,         /* nobody waits for it any more */
    NGX_PYEXEC_CAUSE_SHUTDOWN           /* worker_shutdown_timeout */
} ngx_pyexec_cause_e;


#define NGX_PYEXEC_STEP_LEN  64


typedef struct {
    ngx_pyexec_outcome_e        kind;
    ngx_pyexec_cause_e          cause;

    /* FAILED; an empty step: the errno alone tells */
    ngx_err_t                   err;
    u_char                      step[NGX_PYEXEC_STEP_LEN];  /* with a NUL */

    /* ENDED */
    ngx_int_t                   returncode;     /* -N: by signal N */
    double                      time;           /* seconds */
    double                      cpu_time;       /* seconds */
    uint64_t                    memory;         /* bytes, peak resident */
} ngx_pyexec_outcome_t;


#endif /* _NGX_PYEXEC_OUTCOME_H_INCLUDED_ */
