
#ifndef _NGX_PYEXEC_SPAWN_H_INCLUDED_
#define _NGX_PYEXEC_SPAWN_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "../conf/ngx_pyexec_profile.h"


/*
 * Starts the profile's interpreter with zygote.py, to serve, or to check as
 * the user "UID:GID" ("-" for the one that it is): a fresh program, with
 * nothing of nginx's memory, environment, descriptors, session or signals.  Standard input is at its end,
 * "out" becomes standard output and error, "control" descriptor 3; without it
 * (-1) the interpreter only checks.
 * Does not wait for it.  NGX_INVALID_PID with errno set if it cannot start.
 */
ngx_pid_t ngx_pyexec_spawn(ngx_pyexec_profile_t *profile, char *user,
    ngx_fd_t out, ngx_socket_t control, ngx_pool_t *pool);

/*
 * At configuration time: starts the interpreter once and lets it say what is
 * in the way of a zygote of that user.  NGX_ERROR with one line in "said", or
 * NGX_OK with those modules of the preload in "said", between blanks, that
 * are installed and no part of Python.  Waits for the answer.
 */
ngx_int_t ngx_pyexec_spawn_check(ngx_pyexec_profile_t *profile, char *user,
    ngx_str_t *said, ngx_pool_t *pool);


#endif /* _NGX_PYEXEC_SPAWN_H_INCLUDED_ */
