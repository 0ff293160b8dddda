
/*
 * The zygotes of a worker, one for each profile: started, started again when
 * they die, spoken to, let go.
 */


#ifndef _NGX_PYEXEC_ZYGOTE_H_INCLUDED_
#define _NGX_PYEXEC_ZYGOTE_H_INCLUDED_


#include "../ngx_pyexec_module.h"
#include "ngx_pyexec_spare.h"


/* Starts the zygotes of a worker. */
ngx_int_t ngx_pyexec_zygote_init(ngx_cycle_t *cycle);

/* Lets every zygote of the worker go, which ends its runs. */
void ngx_pyexec_zygote_exit(void);

/*
 * Whether a profile's zygote takes runs now or will soon: not while it keeps
 * dying.
 */
ngx_uint_t ngx_pyexec_zygote_expected(ngx_pyexec_profile_t *profile);

/* Whether it takes runs now. */
ngx_uint_t ngx_pyexec_zygote_accepts(ngx_pyexec_zygote_t *zygote);

/* Its runs that wait for a program. */
ngx_pyexec_spares_t *ngx_pyexec_zygote_spares(ngx_pyexec_zygote_t *zygote);

/*
 * Has a process forked for the run; "fds" are duplicated into it.  NGX_BUSY
 * when the zygote has not read what it has been sent so far, NGX_ERROR when
 * it cannot be reached; else NGX_OK, and the run will be told with
 * ngx_pyexec_run_ended(), _failed() or _lost().
 */
ngx_int_t ngx_pyexec_zygote_spawn(ngx_pyexec_zygote_t *zygote,
    ngx_pyexec_run_t *run, int fds[PYEXEC_WIRE_NFDS]);

/* Has the run's process and all that it started killed. */
void ngx_pyexec_zygote_kill(ngx_pyexec_zygote_t *zygote,
    ngx_pyexec_run_t *run);

/*
 * A zygote that died, or that does not do what it is told, is let go: alive,
 * it sees the end of its control socket, kills its runs and exits.  Another
 * one is started, at once or, where zygotes keep dying, later and later.
 */
void ngx_pyexec_zygote_replace(ngx_pyexec_zygote_t *zygote, char *reason);


#endif /* _NGX_PYEXEC_ZYGOTE_H_INCLUDED_ */
