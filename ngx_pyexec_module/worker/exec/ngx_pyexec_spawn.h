
#ifndef _NGX_PYEXEC_SPAWN_H_INCLUDED_
#define _NGX_PYEXEC_SPAWN_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "../conf/ngx_pyexec_profile.h"


/*
 * Starts the profile's interpreter with zygote.py, to serve: a fresh program,
 * with nothing of nginx's memory, environment, descriptors, session or
 * signals.  Standard input is at its end, "out" becomes standard output and
 * error, "control" descriptor 3; "user" is "UID:GID", or "-" for the one that
 * it is.  Does not wait for it.  NGX_INVALID_PID with errno set if it cannot
 * start.
 */
ngx_pid_t ngx_pyexec_spawn(ngx_pyexec_profile_t *profile, char *user,
    ngx_fd_t out, ngx_socket_t control, ngx_pool_t *pool);

/*
 * The same to check only, and to say "ok" with the token at the end of a
 * check that has found nothing in the way.
 */
ngx_pid_t ngx_pyexec_spawn_check(ngx_pyexec_profile_t *profile, char *user,
    char *token, ngx_fd_t out, ngx_pool_t *pool);


#endif /* _NGX_PYEXEC_SPAWN_H_INCLUDED_ */
