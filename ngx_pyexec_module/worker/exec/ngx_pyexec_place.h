
/*
 * Places: how many runs a worker has at one time, and the queue of those who
 * wait for one.  It knows tickets, not what they are for.
 */


#ifndef _NGX_PYEXEC_PLACE_H_INCLUDED_
#define _NGX_PYEXEC_PLACE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>


typedef struct ngx_pyexec_ticket_s  ngx_pyexec_ticket_t;


typedef enum {
    NGX_PYEXEC_CALLED_NONE = 0,
    NGX_PYEXEC_CALLED_IN,               /* it has a place */
    NGX_PYEXEC_CALLED_LATE,             /* its time in the queue is over */
    NGX_PYEXEC_CALLED_OFF               /* ngx_pyexec_place_call_off() */
} ngx_pyexec_called_e;


typedef enum {
    NGX_PYEXEC_TICKET_OUT = 0,          /* neither place nor turn */
    NGX_PYEXEC_TICKET_WAITING,
    NGX_PYEXEC_TICKET_IN                /* has a place */
} ngx_pyexec_ticket_state_e;


struct ngx_pyexec_ticket_s {

    /* set by the owner */

    ngx_uint_t                  places;         /* so many at one time */
    ngx_uint_t                  queue;          /* so many may wait */
    ngx_msec_t                  timeout;        /* in the queue */
    ngx_log_t                  *log;            /* of who waits */
    void                       *need;

    /* whether what it needs is there; a place is no use without */
    ngx_uint_t                (*met)(void *need);

    void                      (*called)(ngx_pyexec_ticket_t *ticket,
                                        ngx_pyexec_called_e why);

    /* the rest is ngx_pyexec_place.c's */

    ngx_pyexec_ticket_state_e   state;
    ngx_queue_t                 waiting;
    ngx_event_t                 timer;
    ngx_msec_t                  asked;          /* ngx_current_msec */
};


/*
 * NGX_OK: it has a place.  NGX_AGAIN: it waits and will be called once.
 * NGX_BUSY: as many wait as may.
 */
ngx_int_t ngx_pyexec_place_ask(ngx_pyexec_ticket_t *ticket);

/* Gives the place back and waits for another one, before all others. */
void ngx_pyexec_place_ask_again(ngx_pyexec_ticket_t *ticket);

/* From any state: neither has a place nor waits for one. */
void ngx_pyexec_place_leave(ngx_pyexec_ticket_t *ticket);

/* What some wait for may be there now. */
void ngx_pyexec_place_wake(void);

/* Calls those who wait with this need: it will not be met. */
void ngx_pyexec_place_call_off(void *need);


#endif /* _NGX_PYEXEC_PLACE_H_INCLUDED_ */
