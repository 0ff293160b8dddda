
/*
 * Spares: runs without a program, forked ahead of time, isolated, warm and
 * waiting.  Each is used once and replaced when its program has gone out.
 */


#ifndef _NGX_PYEXEC_SPARE_H_INCLUDED_
#define _NGX_PYEXEC_SPARE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_pyexec_run.h"


/* The interpreter of a profile in this worker, and its spares. */

typedef struct {
    ngx_queue_t                 queue;          /* of this worker */
    ngx_pyexec_profile_t       *profile;
    ngx_pyexec_zygote_t        *zygote;

    ngx_queue_t                 idle;           /* ngx_pyexec_run_t */
    ngx_uint_t                  n;              /* idle, or on their way out */
    ngx_event_t                 refill;

    ngx_event_t                 unwanted;
    unsigned                    wanted:1;       /* taken lately */

    ngx_pyexec_zygote_event_pt  event;
} ngx_pyexec_spares_t;


/*
 * The profile's, made and started where the worker has none yet; NULL without
 * memory.  What happens to its zygote is told to "event", with the spares as
 * its data.
 *
 * "profile->spares" are kept ready.  Where none was taken for a minute or two
 * there is one, until one is taken.
 */
ngx_pyexec_spares_t *ngx_pyexec_spares_get(ngx_pyexec_profile_t *profile,
    ngx_pyexec_zygote_event_pt event);

/* The one that waits longest and is as it was forked, or NULL. */
ngx_pyexec_run_t *ngx_pyexec_spare_take(ngx_pyexec_spares_t *spares);


#endif /* _NGX_PYEXEC_SPARE_H_INCLUDED_ */
