
/*
 * The context of a request: one execution as HTTP sees it.
 */


#ifndef _NGX_PYEXEC_CTX_H_INCLUDED_
#define _NGX_PYEXEC_CTX_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "../conf/ngx_pyexec_conf.h"
#include "../exec/ngx_pyexec_job.h"
#include "ngx_pyexec_check.h"


/*
 * A client may leave in any state; from each the way leads to FINISHED.  From
 * CHECKING it leads through LEFT, in which nginx waits for a thread to let go
 * of the request.
 */

typedef enum {
    NGX_PYEXEC_REQUEST_READING = 0,     /* its body */
    NGX_PYEXEC_REQUEST_CHECKING,
    NGX_PYEXEC_REQUEST_LEFT,
    NGX_PYEXEC_REQUEST_WAITING,         /* for a place */
    NGX_PYEXEC_REQUEST_RUNNING,
    NGX_PYEXEC_REQUEST_FINISHED
} ngx_pyexec_request_state_e;


typedef struct {
    ngx_http_request_t         *request;

    /* the location's, whatever location nginx takes the request to later */
    ngx_pyexec_loc_conf_t      *conf;
    const pyexec_api_t         *api;

    ngx_pyexec_request_state_e  state;
    ngx_pyexec_check_t          check;
    ngx_pyexec_job_t           *job;            /* NULL: none, or over */

    /* for the variables, which are read when the job is long gone */
    const char                 *status;         /* NULL: nothing ran */
    ngx_pyexec_outcome_t        outcome;
    double                      queue_time;     /* seconds */
    u_char                      run_id[NGX_PYEXEC_UUID_LEN];

    /* an error body in place of the one that nginx would send */
    ngx_buf_t                  *replacement;

    unsigned                    started:1;      /* there was a run */
    unsigned                    refused:1;      /* by the policy */
    unsigned                    answered:1;     /* by the module */
    unsigned                    replaced:1;
} ngx_pyexec_ctx_t;


/* The context of a request, made when it has none; NULL without memory. */
ngx_pyexec_ctx_t *ngx_pyexec_ctx_get(ngx_http_request_t *r);


#endif /* _NGX_PYEXEC_CTX_H_INCLUDED_ */
