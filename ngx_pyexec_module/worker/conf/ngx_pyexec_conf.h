
/*
 * The module's configurations, as ngx_pyexec_merge.c makes them.
 */


#ifndef _NGX_PYEXEC_CONF_H_INCLUDED_
#define _NGX_PYEXEC_CONF_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_pyexec_profile.h"
#include "../../policy/policy.h"


typedef struct {
    ngx_array_t                 profiles;       /* ngx_pyexec_profile_t * */
    ngx_array_t                 temp_paths;     /* ngx_path_t * */
    ngx_array_t                 hidden;         /* ngx_str_t */

    /* of a location with "pyexec on" */
    ngx_http_handler_pt         handler;
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
    ngx_array_t                *read_only;      /* ngx_str_t, NULL: none */
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


/* by which nginx finds them, and the context of a request */
extern ngx_module_t  ngx_pyexec_module;


#endif /* _NGX_PYEXEC_CONF_H_INCLUDED_ */
