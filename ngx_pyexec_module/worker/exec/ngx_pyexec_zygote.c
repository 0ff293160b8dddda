
#include "ngx_pyexec_zygote.h"
#include "ngx_pyexec_clock.h"
#include "ngx_pyexec_pipe.h"
#include "ngx_pyexec_spawn.h"
#include "ngx_pyexec_zygote_log.h"

#include <sys/syscall.h>


/* a zygote that died younger than this is started again with a delay */
#define NGX_PYEXEC_ZYGOTE_STEADY     1000

/* to import modules takes no longer, milliseconds */
#define NGX_PYEXEC_ZYGOTE_START      60000

/* milliseconds, doubled with each death in a row */
#define NGX_PYEXEC_ZYGOTE_DELAY_MIN  1
#define NGX_PYEXEC_ZYGOTE_DELAY      100
#define NGX_PYEXEC_ZYGOTE_DELAY_MAX  10000

/*
 * What could not be sent for want of memory or the like is sent again after
 * this time, milliseconds: of that no event tells the end.
 */
#define NGX_PYEXEC_ZYGOTE_RETRY      10


typedef enum {
    NGX_PYEXEC_ZYGOTE_STARTING = 0,
    NGX_PYEXEC_ZYGOTE_READY,
    NGX_PYEXEC_ZYGOTE_DOWN
} ngx_pyexec_zygote_state_e;


struct ngx_pyexec_zygote_s {
    ngx_queue_t                 queue;
    ngx_pyexec_profile_t       *profile;

    ngx_pyexec_zygote_state_e   state;
    ngx_pid_t                   pid;            /* its reaper's */
    int                         pidfd;          /* -1: none */
    ngx_connection_t           *control;
    ngx_queue_t                 children;

    ngx_pyexec_zygote_event_pt  event;
    void                       *data;

    ngx_event_t                 timer;          /* to be ready or started */
    ngx_event_t                 retry;          /* to send again */
    ngx_uint_t                  failures;       /* in a row */
    ngx_msec_t                  since;          /* the state, in real time */

    unsigned                    blocked:1;      /* nothing is sent now */
};


static void ngx_pyexec_zygote_start(ngx_pyexec_zygote_t *zygote);
static ngx_int_t ngx_pyexec_zygote_open(ngx_pyexec_zygote_t *zygote);
static void ngx_pyexec_zygote_timer_handler(ngx_event_t *ev);
static void ngx_pyexec_zygote_read_handler(ngx_event_t *rev);
static ngx_int_t ngx_pyexec_zygote_message(ngx_pyexec_zygote_t *zygote,
    pyexec_wire_message_t *message);
static void ngx_pyexec_zygote_write_handler(ngx_event_t *wev);
static void ngx_pyexec_zygote_retry_handler(ngx_event_t *ev);
static void ngx_pyexec_zygote_unblock(ngx_pyexec_zygote_t *zygote);
static ngx_int_t ngx_pyexec_zygote_send(ngx_pyexec_zygote_t *zygote,
    pyexec_wire_type_t type, ngx_pyexec_child_t *child, int *fds);
static void ngx_pyexec_zygote_block(ngx_pyexec_zygote_t *zygote,
    ngx_err_t err);
static ngx_pyexec_child_t *ngx_pyexec_zygote_find(
    ngx_pyexec_zygote_t *zygote, uint32_t id);
static void ngx_pyexec_zygote_remove(ngx_pyexec_child_t *child,
    pyexec_wire_message_t *message);
static void ngx_pyexec_zygote_close(ngx_pyexec_zygote_t *zygote);
static ngx_msec_t ngx_pyexec_zygote_delay(ngx_pyexec_zygote_t *zygote);
static ngx_msec_t ngx_pyexec_zygote_now(void);


/* of this worker */

static ngx_queue_t  ngx_pyexec_zygotes = {
    &ngx_pyexec_zygotes, &ngx_pyexec_zygotes
};


ngx_pyexec_zygote_t *
ngx_pyexec_zygote_create(ngx_pyexec_profile_t *profile,
    ngx_pyexec_zygote_event_pt event, void *data)
{
    ngx_pyexec_zygote_t  *zygote;

    zygote = ngx_pcalloc(ngx_cycle->pool, sizeof(ngx_pyexec_zygote_t));
    if (zygote == NULL) {
        return NULL;
    }

    zygote->pidfd = -1;
    zygote->profile = profile;
    zygote->event = event;
    zygote->data = data;

    ngx_queue_init(&zygote->children);
    ngx_queue_insert_tail(&ngx_pyexec_zygotes, &zygote->queue);

    /* a worker that exits gracefully does not wait for these timers */

    zygote->timer.handler = ngx_pyexec_zygote_timer_handler;
    zygote->timer.data = zygote;
    zygote->timer.log = ngx_cycle->log;
    zygote->timer.cancelable = 1;

    zygote->retry.handler = ngx_pyexec_zygote_retry_handler;
    zygote->retry.data = zygote;
    zygote->retry.log = ngx_cycle->log;
    zygote->retry.cancelable = 1;

    ngx_pyexec_zygote_start(zygote);

    return zygote;
}


static void
ngx_pyexec_zygote_start(ngx_pyexec_zygote_t *zygote)
{
    zygote->state = NGX_PYEXEC_ZYGOTE_STARTING;
    zygote->since = ngx_pyexec_zygote_now();

    if (ngx_pyexec_zygote_open(zygote) != NGX_OK) {
        ngx_pyexec_zygote_replace(zygote, "could not be started");
    }
}


static ngx_int_t
ngx_pyexec_zygote_open(ngx_pyexec_zygote_t *zygote)
{
    ngx_fd_t           log;
    ngx_pool_t        *pool;
    ngx_socket_t       s[2];
    ngx_connection_t  *c;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET|SOCK_NONBLOCK|SOCK_CLOEXEC, 0, s)
        == -1)
    {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, ngx_errno,
                      "pyexec: socketpair() failed");
        return NGX_ERROR;
    }

    c = ngx_pyexec_pipe_connection(&s[0], zygote, ngx_cycle->log,
                                   ngx_pyexec_zygote_read_handler,
                                   ngx_pyexec_zygote_write_handler);

    if (c == NULL) {
        (void) ngx_close_socket(s[0]);
        (void) ngx_close_socket(s[1]);
        return NGX_ERROR;
    }

    zygote->control = c;
    zygote->blocked = 0;

    zygote->pid = NGX_INVALID_PID;
    log = ngx_pyexec_zygote_log_open();
    pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, c->log);

    /* only the zygote's end blocks */

    if (log != NGX_INVALID_FILE && pool && ngx_blocking(s[1]) == 0) {
        zygote->pid = ngx_pyexec_spawn(zygote->profile, "-", log, s[1],
                                       pool);

        if (zygote->pid == NGX_INVALID_PID) {
            ngx_log_error(NGX_LOG_ALERT, c->log, ngx_errno,
                          "pyexec: starting \"%V\" failed",
                          &zygote->profile->python);
        }
    }

    (void) ngx_close_socket(s[1]);

    if (log != NGX_INVALID_FILE) {
        (void) close(log);
    }

    if (pool) {
        ngx_destroy_pool(pool);
    }

    if (zygote->pid == NGX_INVALID_PID
        || ngx_handle_read_event(c->read, 0) != NGX_OK)
    {
        return NGX_ERROR;
    }

    zygote->pidfd = syscall(SYS_pidfd_open, zygote->pid, 0);

    ngx_add_timer(&zygote->timer, NGX_PYEXEC_ZYGOTE_START);

    ngx_log_error(NGX_LOG_NOTICE, c->log, 0,
                  "pyexec: start zygote %P of \"%V\"",
                  zygote->pid, &zygote->profile->python);

    return NGX_OK;
}


static void
ngx_pyexec_zygote_timer_handler(ngx_event_t *ev)
{
    ngx_pyexec_zygote_t *zygote = ev->data;

    if (zygote->control) {
        ngx_pyexec_zygote_replace(zygote, "did not become ready in time");
        return;
    }

    ngx_pyexec_zygote_start(zygote);
}


ngx_uint_t
ngx_pyexec_zygote_expected(ngx_pyexec_zygote_t *zygote)
{
    return zygote->state != NGX_PYEXEC_ZYGOTE_DOWN;
}


ngx_uint_t
ngx_pyexec_zygote_accepts(ngx_pyexec_zygote_t *zygote)
{
    return zygote->state == NGX_PYEXEC_ZYGOTE_READY && !zygote->blocked;
}


ngx_int_t
ngx_pyexec_zygote_spawn(ngx_pyexec_zygote_t *zygote,
    ngx_pyexec_child_t *child, int fds[PYEXEC_WIRE_NFDS])
{
    ngx_int_t        rc;

    static uint32_t  last;

    child->zygote = zygote;
    child->id = ++last;

    rc = ngx_pyexec_zygote_send(zygote, PYEXEC_WIRE_SPAWN, child, fds);

    if (rc == NGX_OK) {
        ngx_queue_insert_tail(&zygote->children, &child->queue);
        return NGX_OK;
    }

    return rc == NGX_AGAIN ? NGX_BUSY : NGX_ERROR;
}


void
ngx_pyexec_zygote_kill(ngx_pyexec_child_t *child)
{
    child->kill_unsent = ngx_pyexec_zygote_send(child->zygote,
                                                PYEXEC_WIRE_KILL, child, NULL)
                         == NGX_AGAIN;
}


/* NGX_AGAIN: not now, and ngx_pyexec_zygote_unblock() will be called. */

static ngx_int_t
ngx_pyexec_zygote_send(ngx_pyexec_zygote_t *zygote, pyexec_wire_type_t type,
    ngx_pyexec_child_t *child, int *fds)
{
    pyexec_wire_message_t  message;

    if (zygote->control == NULL) {
        return NGX_ERROR;
    }

    if (zygote->blocked) {
        return NGX_AGAIN;
    }

    ngx_memzero(&message, sizeof(pyexec_wire_message_t));
    message.type = type;
    message.run = child->id;

    if (pyexec_wire_send(zygote->control->fd, &message, fds,
                         fds ? PYEXEC_WIRE_NFDS : 0)
        == 0)
    {
        return NGX_OK;
    }

    ngx_pyexec_zygote_block(zygote, ngx_errno);

    return NGX_AGAIN;
}


static void
ngx_pyexec_zygote_block(ngx_pyexec_zygote_t *zygote, ngx_err_t err)
{
    ngx_connection_t  *c;

    c = zygote->control;
    zygote->blocked = 1;

    if (err == NGX_EPIPE || err == NGX_ECONNRESET) {
        /* it died: the read handler, which is due, replaces it */
        return;
    }

    if (err == NGX_EAGAIN) {
        c->write->ready = 0;

        if (ngx_handle_write_event(c->write, 0) == NGX_OK) {
            return;
        }

        /* of what could not be asked for, no event will tell */

        c->write->ready = 1;

    } else {
        ngx_log_error(NGX_LOG_ERR, c->log, err,
                      "pyexec: sending to zygote %P failed, "
                      "it is tried again", zygote->pid);
    }

    ngx_add_timer(&zygote->retry, NGX_PYEXEC_ZYGOTE_RETRY);
}


static void
ngx_pyexec_zygote_write_handler(ngx_event_t *wev)
{
    ngx_connection_t     *c;
    ngx_pyexec_zygote_t  *zygote;

    c = wev->data;
    zygote = c->data;

    if (zygote->blocked && !zygote->retry.timer_set) {
        ngx_pyexec_zygote_unblock(zygote);
    }
}


static void
ngx_pyexec_zygote_retry_handler(ngx_event_t *ev)
{
    ngx_pyexec_zygote_t *zygote = ev->data;

    if (zygote->control && zygote->blocked) {
        ngx_pyexec_zygote_unblock(zygote);
    }
}


/* What waits to be sent is sent: first the kills, which nobody asks twice. */

static void
ngx_pyexec_zygote_unblock(ngx_pyexec_zygote_t *zygote)
{
    ngx_queue_t         *q;
    ngx_pyexec_child_t  *child;

    zygote->blocked = 0;

    for (q = ngx_queue_head(&zygote->children);
         q != ngx_queue_sentinel(&zygote->children) && !zygote->blocked;
         q = ngx_queue_next(q))
    {
        child = ngx_queue_data(q, ngx_pyexec_child_t, queue);

        if (child->kill_unsent) {
            ngx_pyexec_zygote_kill(child);
        }
    }

    if (!zygote->blocked) {
        zygote->event(zygote->data, NGX_PYEXEC_ZYGOTE_NOW_WRITABLE);
    }
}


static void
ngx_pyexec_zygote_read_handler(ngx_event_t *rev)
{
    int                     rc, fds[PYEXEC_WIRE_NFDS];
    ngx_err_t               err;
    ngx_connection_t       *c;
    ngx_pyexec_zygote_t    *zygote;
    pyexec_wire_message_t   message;

    c = rev->data;
    zygote = c->data;

    if (c->close) {
        /* the time of worker_shutdown_timeout is over */
        ngx_pyexec_zygote_replace(zygote, "was let go at shutdown");
        return;
    }

    for ( ;; ) {
        rc = pyexec_wire_recv(c->fd, &message, fds);

        if (rc != 1) {
            break;
        }

        if (ngx_pyexec_zygote_message(zygote, &message) != NGX_OK) {
            return;
        }
    }

    err = ngx_errno;

    if (rc == -1 && err == NGX_EAGAIN) {
        rev->ready = 0;

        if (ngx_handle_read_event(rev, 0) == NGX_OK) {
            return;
        }
    }

    /* ECONNRESET: it died before it had read all that it was sent */

    ngx_pyexec_zygote_replace(zygote, rc == -1 && err == EBADMSG
                                   ? "sent nonsense" : "died");
}


/* NGX_DONE when the zygote was let go. */

static ngx_int_t
ngx_pyexec_zygote_message(ngx_pyexec_zygote_t *zygote,
    pyexec_wire_message_t *message)
{
    ngx_pyexec_child_t  *child;

    if (message->type == PYEXEC_WIRE_READY) {
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "pyexec: zygote %P is ready after %Mms", zygote->pid,
                      ngx_pyexec_zygote_now() - zygote->since);

        zygote->state = NGX_PYEXEC_ZYGOTE_READY;
        zygote->since = ngx_pyexec_zygote_now();

        if (zygote->timer.timer_set) {
            ngx_del_timer(&zygote->timer);
        }

        zygote->event(zygote->data, NGX_PYEXEC_ZYGOTE_NOW_READY);

        return NGX_OK;
    }

    if (message->type == PYEXEC_WIRE_ENDED
        || message->type == PYEXEC_WIRE_FAILED)
    {
        child = ngx_pyexec_zygote_find(zygote, message->run);

        /* one that is killed while it tells of its end is told of twice */

        if (child) {
            ngx_pyexec_zygote_remove(child, message);
        }

        return NGX_OK;
    }

    ngx_pyexec_zygote_replace(zygote, "sent nonsense");

    return NGX_DONE;
}


static ngx_pyexec_child_t *
ngx_pyexec_zygote_find(ngx_pyexec_zygote_t *zygote, uint32_t id)
{
    ngx_queue_t         *q;
    ngx_pyexec_child_t  *child;

    for (q = ngx_queue_head(&zygote->children);
         q != ngx_queue_sentinel(&zygote->children);
         q = ngx_queue_next(q))
    {
        child = ngx_queue_data(q, ngx_pyexec_child_t, queue);

        if (child->id == id) {
            return child;
        }
    }

    return NULL;
}


static void
ngx_pyexec_zygote_remove(ngx_pyexec_child_t *child,
    pyexec_wire_message_t *message)
{
    ngx_queue_remove(&child->queue);

    child->gone(child, message);
}


void
ngx_pyexec_zygote_replace(ngx_pyexec_zygote_t *zygote, char *reason)
{
    ngx_msec_t           delay;
    ngx_queue_t         *q;
    ngx_uint_t           working;
    ngx_pyexec_child_t  *child;

    delay = ngx_pyexec_zygote_delay(zygote);

    /* requests wait for the next one, unless they may wait in vain */

    zygote->state = zygote->failures ? NGX_PYEXEC_ZYGOTE_DOWN
                                     : NGX_PYEXEC_ZYGOTE_STARTING;
    zygote->blocked = 0;

    ngx_pyexec_zygote_close(zygote);

    if (zygote->timer.timer_set) {
        ngx_del_timer(&zygote->timer);
    }

    ngx_add_timer(&zygote->timer, delay);

    working = 0;

    while (!ngx_queue_empty(&zygote->children)) {
        q = ngx_queue_head(&zygote->children);
        child = ngx_queue_data(q, ngx_pyexec_child_t, queue);

        working += child->working;
        ngx_pyexec_zygote_remove(child, NULL);
    }

    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                  "pyexec: zygote %P %s with %ui runs, "
                  "it is started again in %Mms",
                  zygote->pid, reason, working, delay);

    if (zygote->state == NGX_PYEXEC_ZYGOTE_DOWN) {
        zygote->event(zygote->data, NGX_PYEXEC_ZYGOTE_NOW_DOWN);
    }
}


/*
 * The end of its socket ends a zygote, but not one that is stopped: the
 * signal is for its reaper.
 */

static void
ngx_pyexec_zygote_close(ngx_pyexec_zygote_t *zygote)
{
    if (zygote->retry.timer_set) {
        ngx_del_timer(&zygote->retry);
    }

    if (zygote->control) {
        ngx_close_connection(zygote->control);
        zygote->control = NULL;
    }

    if (zygote->pidfd != -1) {
        (void) syscall(SYS_pidfd_send_signal, zygote->pidfd, SIGTERM, NULL, 0);
        (void) close(zygote->pidfd);
        zygote->pidfd = -1;
    }
}


/* Counts the failures and gives the time to wait after this one. */

static ngx_msec_t
ngx_pyexec_zygote_delay(ngx_pyexec_zygote_t *zygote)
{
    ngx_msec_t  delay;

    if (zygote->state == NGX_PYEXEC_ZYGOTE_READY
        && ngx_pyexec_zygote_now() - zygote->since
           >= NGX_PYEXEC_ZYGOTE_STEADY)
    {
        zygote->failures = 0;
        return NGX_PYEXEC_ZYGOTE_DELAY_MIN;
    }

    delay = NGX_PYEXEC_ZYGOTE_DELAY;
    delay <<= zygote->failures;

    if (delay >= NGX_PYEXEC_ZYGOTE_DELAY_MAX) {
        return NGX_PYEXEC_ZYGOTE_DELAY_MAX;
    }

    zygote->failures++;

    return delay;
}


void
ngx_pyexec_zygote_exit(void)
{
    ngx_queue_t          *q, *child;
    ngx_pyexec_zygote_t  *zygote;

    for (q = ngx_queue_head(&ngx_pyexec_zygotes);
         q != ngx_queue_sentinel(&ngx_pyexec_zygotes);
         q = ngx_queue_next(q))
    {
        zygote = ngx_queue_data(q, ngx_pyexec_zygote_t, queue);

        ngx_pyexec_zygote_close(zygote);

        while (!ngx_queue_empty(&zygote->children)) {
            child = ngx_queue_head(&zygote->children);
            ngx_pyexec_zygote_remove(ngx_queue_data(child, ngx_pyexec_child_t,
                                                    queue), NULL);
        }
    }

    ngx_pyexec_zygote_log_close();
}


/* Not ngx_current_msec, which stands still while the worker is busy. */

static ngx_msec_t
ngx_pyexec_zygote_now(void)
{
    return (ngx_msec_t) (ngx_pyexec_monotonic() / 1000000);
}
