
/*
 * A job: one program, from the wish to run it to its outcome.  It waits for a
 * place, takes a run, keeps what that prints, and outlives whoever wanted it
 * until its processes are gone.
 */


#ifndef _NGX_PYEXEC_JOB_H_INCLUDED_
#define _NGX_PYEXEC_JOB_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_pyexec_outcome.h"
#include "ngx_pyexec_place.h"
#include "ngx_pyexec_run.h"
#include "ngx_pyexec_script.h"
#include "ngx_pyexec_spare.h"


typedef struct ngx_pyexec_job_s  ngx_pyexec_job_t;


typedef struct {
    /*
     * It has a place and a process, and the process its program; told again of
     * the run of a program that has been compiled.
     */
    void                      (*started)(ngx_pyexec_job_t *job);

    /*
     * A program that is compiled only has been, without an error.  What was
     * printed may be taken: "data" is set to NULL then.  The job keeps its
     * place until ngx_pyexec_job_run() or ngx_pyexec_job_abandon().
     */
    void                      (*compiled)(ngx_pyexec_job_t *job);

    /*
     * It is over.  Told once, and never from inside ngx_pyexec_job_submit();
     * the job and what it printed are gone when this returns.
     */
    void                      (*done)(ngx_pyexec_job_t *job,
                                      ngx_pyexec_outcome_t *outcome);
} ngx_pyexec_job_events_t;


/* What a job needs; the program stays where it is until the job is over. */

typedef struct {
    ngx_pyexec_profile_t       *profile;
    ngx_path_t                 *temp_path;
    ngx_pyexec_program_t        program;
    size_t                      limits[NGX_PYEXEC_NOUTPUTS];    /* bytes */
    ngx_uint_t                  concurrency;
    ngx_uint_t                  queue;
    ngx_msec_t                  queue_timeout;
    ngx_log_t                  *log;            /* of who wants it */
} ngx_pyexec_job_order_t;


/* What it printed; "data" is ngx_alloc()ed and grows. */

typedef struct {
    u_char                     *data;
    size_t                      len;
    size_t                      size;
} ngx_pyexec_collected_t;


struct ngx_pyexec_job_s {
    ngx_queue_t                 queue;          /* of this worker */
    ngx_pool_t                 *pool;
    ngx_pyexec_job_order_t      order;

    const ngx_pyexec_job_events_t  *events;     /* NULL: nobody waits */
    void                       *data;

    ngx_pyexec_spares_t        *spares;
    ngx_pyexec_ticket_t         ticket;
    ngx_pyexec_run_t           *run;            /* NULL: none yet */
    ngx_pyexec_script_t         script;
    ngx_pyexec_collected_t      printed[NGX_PYEXEC_NOUTPUTS];

    /* of what came to an end before it had a run */
    ngx_event_t                 over;
    ngx_pyexec_outcome_t        outcome;

    u_char                      id[NGX_PYEXEC_UUID_LEN];
    uint64_t                    submitted;      /* ngx_pyexec_monotonic() */
    double                      queue_time;     /* seconds */

    unsigned                    started:1;
    unsigned                    repeated:1;     /* its first run had no start */
    unsigned                    scripted:1;
};


/*
 * Starts an interpreter for each profile and deletes the scripts of workers
 * that are no more.
 */
ngx_int_t ngx_pyexec_job_init(ngx_array_t *profiles, ngx_array_t *temp_paths);

/* The worker exits: nothing is told any more, all is let go. */
void ngx_pyexec_job_exit(void);

/* With an id of its own; NULL without memory, or without random numbers. */
ngx_pyexec_job_t *ngx_pyexec_job_create(ngx_pyexec_job_order_t *order,
    const ngx_pyexec_job_events_t *events, void *data);

/* Whatever becomes of it is told to its events. */
void ngx_pyexec_job_submit(ngx_pyexec_job_t *job);

/*
 * Runs the program that has been compiled, in another process, of a zygote of
 * "profile", and with that much output.
 */
void ngx_pyexec_job_run(ngx_pyexec_job_t *job, ngx_pyexec_profile_t *profile,
    size_t output_limit);

/* Nobody waits for it any more: nothing is told, its run is killed. */
void ngx_pyexec_job_abandon(ngx_pyexec_job_t *job);


#endif /* _NGX_PYEXEC_JOB_H_INCLUDED_ */
