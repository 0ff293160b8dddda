
/*
 * A zygote: an interpreter that forks.  It is started, started again when it
 * dies, spoken to, and let go.  It knows children, not what they are for.
 */


#ifndef _NGX_PYEXEC_ZYGOTE_H_INCLUDED_
#define _NGX_PYEXEC_ZYGOTE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "../conf/ngx_pyexec_profile.h"
#include "../../wire/wire.h"


typedef struct ngx_pyexec_zygote_s  ngx_pyexec_zygote_t;
typedef struct ngx_pyexec_child_s  ngx_pyexec_child_t;


typedef enum {
    NGX_PYEXEC_ZYGOTE_NOW_READY = 1,    /* it takes children */
    NGX_PYEXEC_ZYGOTE_NOW_WRITABLE,     /* it takes children again */
    NGX_PYEXEC_ZYGOTE_NOW_DOWN          /* it keeps dying, none comes up */
} ngx_pyexec_zygote_event_e;


typedef void (*ngx_pyexec_zygote_event_pt)(void *data,
    ngx_pyexec_zygote_event_e event);

/*
 * The processes of a child are gone, as the message tells, PYEXEC_WIRE_ENDED
 * or PYEXEC_WIRE_FAILED; NULL: they went with their zygote, which told
 * nothing.  Called once for each child that was spawned.
 */
typedef void (*ngx_pyexec_child_gone_pt)(ngx_pyexec_child_t *child,
    pyexec_wire_message_t *message);


/* Its memory is the caller's, and stays until it is gone. */

struct ngx_pyexec_child_s {
    ngx_pyexec_child_gone_pt    gone;           /* set by the caller */

    uint32_t                    id;
    ngx_queue_t                 queue;          /* of its zygote */
    ngx_pyexec_zygote_t        *zygote;

    unsigned                    working:1;      /* has a program: the caller */
    unsigned                    kill_unsent:1;
};


/*
 * Starts one for the profile; what happens to it is told to "event" with
 * "data".  NULL without memory.
 */
ngx_pyexec_zygote_t *ngx_pyexec_zygote_create(ngx_pyexec_profile_t *profile,
    ngx_pyexec_zygote_event_pt event, void *data);

/* Lets every zygote of the worker go, and each child is gone. */
void ngx_pyexec_zygote_exit(void);

/* Whether it takes children now or will soon: not while it keeps dying. */
ngx_uint_t ngx_pyexec_zygote_expected(ngx_pyexec_zygote_t *zygote);

/* Whether it takes children now. */
ngx_uint_t ngx_pyexec_zygote_accepts(ngx_pyexec_zygote_t *zygote);

/*
 * Has a process forked for the child; "fds" are duplicated into it.  NGX_BUSY
 * when the zygote cannot be told so now, which it will say the end of by
 * NGX_PYEXEC_ZYGOTE_NOW_WRITABLE or _READY, NGX_ERROR when it is gone; else
 * NGX_OK, and "gone" will be called.
 */
ngx_int_t ngx_pyexec_zygote_spawn(ngx_pyexec_zygote_t *zygote,
    ngx_pyexec_child_t *child, int fds[PYEXEC_WIRE_NFDS]);

/* Has the child and all that it started killed; it is sent until it arrives. */
void ngx_pyexec_zygote_kill(ngx_pyexec_child_t *child);

/*
 * A zygote that died, or that does not do what it is told, is let go: alive,
 * it sees the end of its control socket, kills its children and exits.
 * Another one is started, at once or, where zygotes keep dying, later and
 * later.
 */
void ngx_pyexec_zygote_replace(ngx_pyexec_zygote_t *zygote, char *reason);


#endif /* _NGX_PYEXEC_ZYGOTE_H_INCLUDED_ */
