
#ifndef _NGX_PYEXEC_SPAWN_H_INCLUDED_
#define _NGX_PYEXEC_SPAWN_H_INCLUDED_


#include "ngx_pyexec_module.h"


/*
 * Starts the profile's interpreter with zygote.py in the given mode, "serve"
 * or "check": a fresh program, with nothing of nginx's memory, environment,
 * descriptors, session or signal settings.  Standard input is at its end,
 * "out" becomes standard output and error, "control" descriptor 3 (or -1).
 * Does not wait for it.  NGX_INVALID_PID with errno set if it cannot start.
 */
ngx_pid_t ngx_pyexec_spawn(ngx_pyexec_profile_t *profile, char *mode,
    ngx_fd_t out, ngx_socket_t control, ngx_pool_t *pool);

/*
 * At configuration time: starts the interpreter once and lets it say what is
 * in the way of a zygote.  NGX_OK, or NGX_ERROR with one line in "reason".
 * Waits for the answer.
 */
ngx_int_t ngx_pyexec_spawn_check(ngx_pyexec_profile_t *profile,
    ngx_str_t *reason, ngx_pool_t *pool);


#endif /* _NGX_PYEXEC_SPAWN_H_INCLUDED_ */
