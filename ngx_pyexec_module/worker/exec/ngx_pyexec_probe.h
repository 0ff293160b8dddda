
#ifndef _NGX_PYEXEC_PROBE_H_INCLUDED_
#define _NGX_PYEXEC_PROBE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "../conf/ngx_pyexec_profile.h"


/*
 * What "nginx -t" tries, at configuration time: starts the interpreter once
 * and lets it say what is in the way of a zygote of that user, "UID:GID" or
 * "-" for the one that it is.  NGX_OK only where it proves that it came to the
 * end of its check, with those modules of the preload in "said", between
 * blanks, that are installed and no part of Python; else NGX_ERROR with one
 * line in "said".  It is of the pool.  Waits for the answer.
 */
ngx_int_t ngx_pyexec_probe(ngx_pyexec_profile_t *profile, char *user,
    ngx_str_t *said, ngx_pool_t *pool);


#endif /* _NGX_PYEXEC_PROBE_H_INCLUDED_ */
