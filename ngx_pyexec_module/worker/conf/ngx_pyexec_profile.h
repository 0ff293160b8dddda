
/*
 * A profile: what a zygote is started with.  Locations that agree on all of
 * it share one.  Nothing of it changes once the configuration has been read.
 */


#ifndef _NGX_PYEXEC_PROFILE_H_INCLUDED_
#define _NGX_PYEXEC_PROFILE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_pyexec_position.h"


typedef enum {
    NGX_PYEXEC_ISOLATION_OFF = 0,
    NGX_PYEXEC_ISOLATION_PROCESS,
    NGX_PYEXEC_ISOLATION_FULL
} ngx_pyexec_isolation_e;


typedef struct ngx_pyexec_profile_s  ngx_pyexec_profile_t;

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
    ngx_array_t                *read_only;      /* ngx_str_t, NULL: none */
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
};


#endif /* _NGX_PYEXEC_PROFILE_H_INCLUDED_ */
