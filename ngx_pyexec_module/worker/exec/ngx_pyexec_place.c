
#include "ngx_pyexec_place.h"


static ngx_uint_t ngx_pyexec_place_free(ngx_pyexec_ticket_t *ticket);
static void ngx_pyexec_place_enter(ngx_pyexec_ticket_t *ticket);
static void ngx_pyexec_place_wait(ngx_pyexec_ticket_t *ticket,
    ngx_queue_t *after);
static void ngx_pyexec_place_timeout_handler(ngx_event_t *ev);
static void ngx_pyexec_place_dispatch_handler(ngx_event_t *ev);
static ngx_pyexec_ticket_t *ngx_pyexec_place_next(void);
static ngx_pyexec_ticket_t *ngx_pyexec_place_find(void *need);


/* of this worker */

static ngx_uint_t   ngx_pyexec_taken;
static ngx_uint_t   ngx_pyexec_waiting;
static ngx_queue_t  ngx_pyexec_queue = {
    &ngx_pyexec_queue, &ngx_pyexec_queue
};
static ngx_event_t  ngx_pyexec_dispatch = {
    .handler = ngx_pyexec_place_dispatch_handler
};


ngx_int_t
ngx_pyexec_place_ask(ngx_pyexec_ticket_t *ticket)
{
    ngx_uint_t  places;

    ticket->asked = ngx_current_msec;

    /* those who came earlier and wait for the same go first */

    if (ngx_pyexec_place_free(ticket) && ngx_pyexec_place_next() == NULL) {
        ngx_pyexec_place_enter(ticket);
        return NGX_OK;
    }

    /* a place that is free, but not taken before a need is met, counts */

    places = ticket->places > ngx_pyexec_taken
             ? ticket->places - ngx_pyexec_taken : 0;

    if (ngx_pyexec_waiting >= ticket->queue + places) {
        ngx_log_error(NGX_LOG_WARN, ticket->log, 0,
                      "pyexec: %ui executions run and %ui wait, "
                      "rejecting request",
                      ngx_pyexec_taken, ngx_pyexec_waiting);

        return NGX_BUSY;
    }

    ngx_pyexec_place_wait(ticket, ngx_queue_last(&ngx_pyexec_queue));

    return NGX_AGAIN;
}


void
ngx_pyexec_place_ask_again(ngx_pyexec_ticket_t *ticket)
{
    ngx_pyexec_taken--;

    ngx_pyexec_place_wait(ticket, &ngx_pyexec_queue);
    ngx_pyexec_place_wake();
}


static ngx_uint_t
ngx_pyexec_place_free(ngx_pyexec_ticket_t *ticket)
{
    return ngx_pyexec_taken < ticket->places && ticket->met(ticket->need);
}


static void
ngx_pyexec_place_enter(ngx_pyexec_ticket_t *ticket)
{
    ticket->state = NGX_PYEXEC_TICKET_IN;
    ngx_pyexec_taken++;
}


/* The time in the queue counts from the first time that it asked. */

static void
ngx_pyexec_place_wait(ngx_pyexec_ticket_t *ticket, ngx_queue_t *after)
{
    ngx_msec_t  waited;

    ngx_queue_insert_after(after, &ticket->waiting);
    ngx_pyexec_waiting++;

    ticket->state = NGX_PYEXEC_TICKET_WAITING;
    ticket->timer.handler = ngx_pyexec_place_timeout_handler;
    ticket->timer.data = ticket;
    ticket->timer.log = ticket->log;

    waited = ngx_current_msec - ticket->asked;

    ngx_add_timer(&ticket->timer,
                  waited < ticket->timeout ? ticket->timeout - waited : 1);
}


void
ngx_pyexec_place_leave(ngx_pyexec_ticket_t *ticket)
{
    if (ticket->timer.timer_set) {
        ngx_del_timer(&ticket->timer);
    }

    if (ticket->state == NGX_PYEXEC_TICKET_WAITING) {
        ngx_queue_remove(&ticket->waiting);
        ngx_pyexec_waiting--;

    } else if (ticket->state == NGX_PYEXEC_TICKET_IN) {
        ngx_pyexec_taken--;
        ngx_pyexec_place_wake();
    }

    ticket->state = NGX_PYEXEC_TICKET_OUT;
}


static void
ngx_pyexec_place_timeout_handler(ngx_event_t *ev)
{
    ngx_pyexec_ticket_t *ticket = ev->data;

    ngx_log_error(NGX_LOG_WARN, ticket->log, 0,
                  "pyexec: no place within the queue's timeout, "
                  "rejecting request");

    ngx_pyexec_place_leave(ticket);
    ticket->called(ticket, NGX_PYEXEC_CALLED_LATE);
}


void
ngx_pyexec_place_wake(void)
{
    /* posted, as the caller may be in the middle of a run or of a request */

    if (!ngx_queue_empty(&ngx_pyexec_queue)) {
        ngx_pyexec_dispatch.log = ngx_cycle->log;
        ngx_post_event(&ngx_pyexec_dispatch, &ngx_posted_events);
    }
}


static void
ngx_pyexec_place_dispatch_handler(ngx_event_t *ev)
{
    ngx_pyexec_ticket_t  *ticket;

    while ((ticket = ngx_pyexec_place_next()) != NULL) {
        ngx_pyexec_place_leave(ticket);
        ngx_pyexec_place_enter(ticket);

        ticket->called(ticket, NGX_PYEXEC_CALLED_IN);
    }
}


/* The first in the queue that has a place free. */

static ngx_pyexec_ticket_t *
ngx_pyexec_place_next(void)
{
    ngx_queue_t          *q;
    ngx_pyexec_ticket_t  *ticket;

    for (q = ngx_queue_head(&ngx_pyexec_queue);
         q != ngx_queue_sentinel(&ngx_pyexec_queue);
         q = ngx_queue_next(q))
    {
        ticket = ngx_queue_data(q, ngx_pyexec_ticket_t, waiting);

        if (ngx_pyexec_place_free(ticket)) {
            return ticket;
        }
    }

    return NULL;
}


void
ngx_pyexec_place_call_off(void *need)
{
    ngx_pyexec_ticket_t  *ticket;

    /* from the head each time: calling one may take others with it */

    while ((ticket = ngx_pyexec_place_find(need)) != NULL) {
        ngx_pyexec_place_leave(ticket);
        ticket->called(ticket, NGX_PYEXEC_CALLED_OFF);
    }
}


static ngx_pyexec_ticket_t *
ngx_pyexec_place_find(void *need)
{
    ngx_queue_t          *q;
    ngx_pyexec_ticket_t  *ticket;

    for (q = ngx_queue_head(&ngx_pyexec_queue);
         q != ngx_queue_sentinel(&ngx_pyexec_queue);
         q = ngx_queue_next(q))
    {
        ticket = ngx_queue_data(q, ngx_pyexec_ticket_t, waiting);

        if (ticket->need == need) {
            return ticket;
        }
    }

    return NULL;
}
