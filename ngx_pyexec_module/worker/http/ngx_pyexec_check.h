
/*
 * The decision on a request, before any place or process is thought of: its
 * body is parsed, its code is checked.  Big ones are decided on in a thread,
 * where nginx has threads.
 */


#ifndef _NGX_PYEXEC_CHECK_H_INCLUDED_
#define _NGX_PYEXEC_CHECK_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "../conf/ngx_pyexec_conf.h"
#include "../../api/api.h"


typedef struct ngx_pyexec_check_s  ngx_pyexec_check_t;

struct ngx_pyexec_check_s {

    /* set by the caller */

    ngx_http_request_t         *request;
    ngx_pyexec_loc_conf_t      *conf;
    const pyexec_api_t         *api;
    ngx_str_t                   body;

    /*
     * It is decided: before ngx_pyexec_check() returns, or later, but not any
     * more when the client has left meanwhile.
     */
    void                      (*done)(ngx_pyexec_check_t *check);
    void                       *data;

    /* the decision; the rest is there if it was PYEXEC_REQUEST_OK */

    pyexec_request_status_t     parsed;
    char                        error[PYEXEC_REQUEST_ERROR_SIZE];

    pyexec_request_t            program;
    ngx_msec_t                  timeout;
    pyexec_policy_verdict_t     verdict;

    /* whose zygote runs the program */
    ngx_pyexec_profile_t       *profile;

    /* of a program that was compiled: what the interpreter made of it */
    ngx_str_t                   reply;

    ngx_event_t                 hold;           /* while a thread decides */
    ngx_http_event_handler_pt   write_handler;  /* what it was before */

    unsigned                    rewritten:1;    /* decided by that */
};


/*
 * Decides on the body.  What it makes lives as long as the request.
 * NGX_ERROR without memory: "done" is not called.
 */
ngx_int_t ngx_pyexec_check(ngx_pyexec_check_t *check);

/*
 * Decides again on a program that was found unanalysable, by the reply of the
 * interpreter that has compiled it: "data", ngx_alloc()ed, which is the
 * check's from now on.  "done" is called as above.
 */
void ngx_pyexec_check_rewritten(ngx_pyexec_check_t *check, u_char *data,
    size_t len);


#endif /* _NGX_PYEXEC_CHECK_H_INCLUDED_ */
