
/*
 * The nginx side of pyexec: a worker takes a request, decides on it, hands
 * the program to a zygote and answers.
 */


#ifndef _NGX_PYEXEC_MODULE_H_INCLUDED_
#define _NGX_PYEXEC_MODULE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "../json/answer.h"
#include "../json/request.h"
#include "../policy/policy.h"
#include "../wire/wire.h"


typedef struct ngx_pyexec_zygote_s  ngx_pyexec_zygote_t;
typedef struct ngx_pyexec_run_s  ngx_pyexec_run_t;
typedef struct ngx_pyexec_profile_s  ngx_pyexec_profile_t;


/* Of a directive in the configuration. */

typedef struct {
    ngx_str_t                   file;
    ngx_uint_t                  line;           /* 0: not set */
} ngx_pyexec_position_t;


typedef enum {
    NGX_PYEXEC_ISOLATION_OFF = 0,
    NGX_PYEXEC_ISOLATION_PROCESS,
    NGX_PYEXEC_ISOLATION_FULL
} ngx_pyexec_isolation_e;


/* What a zygote is started with; locations that agree on it share one. */

struct ngx_pyexec_profile_s {
    ngx_str_t                   python;
    ngx_array_t                *preload;        /* ngx_str_t */
    ngx_uint_t                  strict;         /* unsigned  strict:1; */
    ngx_str_t                   allow;          /* with commas */
    ngx_uint_t                  isolation;      /* ngx_pyexec_isolation_e */
    ngx_flag_t                  network;
    size_t                      memory;         /* bytes */
    ngx_uint_t                  processes;      /* threads count, too */
    size_t                      scratch;        /* bytes, 0: none */
    ngx_str_t                   cgroup;         /* empty: none */
    ngx_fd_t                    entry;          /* lets a zygote into it */

    /* what no run may see, though it be below what runs may read */
    ngx_array_t                *hidden;         /* ngx_str_t, of all */

    /* the most that a location wants to have ready */
    ngx_uint_t                  spares;

    /* the directive to name when it cannot be used, or not be isolated */
    ngx_pyexec_position_t       position;
    ngx_pyexec_position_t       isolated;

    /*
     * Heavy are the modules of "preload" that are no part of Python.  What
     * imports none of them runs in the light profile, which goes without;
     * NULL where there are none.
     */
    ngx_pyexec_profile_t       *light;
    uint64_t                    heavy;          /* pyexec_policy_watched() */

    ngx_pyexec_zygote_t        *zygote;         /* this worker's */
};


typedef struct {
    ngx_array_t                 profiles;       /* ngx_pyexec_profile_t * */
    ngx_array_t                 temp_paths;     /* ngx_path_t * */
    ngx_array_t                 hidden;         /* ngx_str_t */
} ngx_pyexec_main_conf_t;


typedef struct {
    ngx_flag_t                  enable;
    ngx_msec_t                  timeout;
    ngx_path_t                 *temp_path;
    ngx_array_t                *allow;          /* ngx_str_t */
    ngx_str_t                   python;
    ngx_array_t                *preload;        /* ngx_str_t */
    size_t                      code_limit;
    size_t                      output_limit;
    ngx_uint_t                  spares;
    ngx_uint_t                  concurrency;
    ngx_uint_t                  queue;
    ngx_msec_t                  queue_timeout;
    ngx_array_t                *origins;        /* ngx_str_t, "*" for any */

    /* as in the profile */
    ngx_uint_t                  isolation;
    ngx_flag_t                  network;
    size_t                      memory;
    ngx_uint_t                  processes;
    size_t                      scratch;
    ngx_str_t                   cgroup;

    /*
     * of the last of pyexec_python and pyexec_preload, of the last of those
     * that ngx_pyexec_isolation.c has, and of pyexec itself
     */
    ngx_pyexec_position_t       position;
    ngx_pyexec_position_t       isolated;
    ngx_pyexec_position_t       enabled;

    pyexec_policy_t            *policy;
    ngx_pyexec_profile_t       *profile;

#if (NGX_THREADS)
    ngx_thread_pool_t          *thread_pool;
#endif
} ngx_pyexec_loc_conf_t;


typedef enum {
    NGX_PYEXEC_OK = 0,
    NGX_PYEXEC_ERROR,
    NGX_PYEXEC_SIGNAL,
    NGX_PYEXEC_TIMEOUT,
    NGX_PYEXEC_MEMORY,
    NGX_PYEXEC_OUTPUT_LIMIT
} ngx_pyexec_status_e;


/* How a run ended. */

typedef struct {
    ngx_pyexec_status_e         status;
    ngx_int_t                   returncode;
    double                      time;           /* seconds */
    double                      cpu_time;       /* seconds */
    uint64_t                    memory;         /* bytes */

    pyexec_answer_bytes_t       output;
    pyexec_answer_bytes_t       error;
} ngx_pyexec_result_t;


#define NGX_PYEXEC_UUID_LEN  36


typedef struct ngx_pyexec_ctx_s  ngx_pyexec_ctx_t;

typedef void (*ngx_pyexec_check_done_pt)(ngx_pyexec_ctx_t *ctx, ngx_int_t rc);


struct ngx_pyexec_ctx_s {
    ngx_http_request_t         *request;

    /* the location's, whatever location nginx takes the request to later */
    ngx_pyexec_loc_conf_t      *conf;

    /* whose zygote runs the program, chosen by the check */
    ngx_pyexec_profile_t       *profile;

    ngx_str_t                   body;

    /* of the check */
    pyexec_request_status_t     parsed;
    char                        error[PYEXEC_REQUEST_ERROR_SIZE];
    pyexec_request_t            program;
    pyexec_policy_verdict_t     verdict;
    ngx_msec_t                  timeout;
    ngx_pyexec_check_done_pt    checked;

    /* while it waits for a thread or for a place */
    ngx_event_t                 timer;
    ngx_queue_t                 queue;
    uint64_t                    queued;         /* ngx_pyexec_monotonic() */

    ngx_pyexec_run_t           *run;

    /* for the variables, which are read when the run is long gone */
    ngx_pyexec_result_t         result;
    double                      queue_time;     /* seconds */
    u_char                      run_id[NGX_PYEXEC_UUID_LEN];

    /* an error body in place of the one that nginx would send */
    ngx_buf_t                  *replacement;

    unsigned                    waiting:1;
    unsigned                    started:1;
    unsigned                    ended:1;
    unsigned                    refused:1;
    unsigned                    answered:1;
    unsigned                    replaced:1;
};


/* The context of a request, made when it has none; NULL without memory. */
ngx_pyexec_ctx_t *ngx_pyexec_get_ctx(ngx_http_request_t *r);

/* Nanoseconds of CLOCK_MONOTONIC, which the zygotes use, too. */
uint64_t ngx_pyexec_monotonic(void);


extern ngx_module_t  ngx_pyexec_module;


#endif /* _NGX_PYEXEC_MODULE_H_INCLUDED_ */
