
#include "../ngx_pyexec_module.h"
#include "ngx_pyexec_place.h"
#include "ngx_pyexec_run.h"
#include "ngx_pyexec_spare.h"
#include "ngx_pyexec_spawn.h"
#include "ngx_pyexec_zygote.h"
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
    ngx_queue_t                 runs;
    ngx_pyexec_spares_t         spares;

    ngx_event_t                 timer;          /* to be ready or started */
    ngx_uint_t                  failures;       /* in a row */
    ngx_msec_t                  since;          /* the state, in real time */

    unsigned                    blocked:1;      /* the socket is full */
};


static ngx_pyexec_zygote_t *ngx_pyexec_zygote_create(
    ngx_pyexec_profile_t *profile, ngx_cycle_t *cycle);
static void ngx_pyexec_zygote_start(ngx_pyexec_zygote_t *zygote);
static ngx_int_t ngx_pyexec_zygote_open(ngx_pyexec_zygote_t *zygote);
static void ngx_pyexec_zygote_timer_handler(ngx_event_t *ev);
static void ngx_pyexec_zygote_read_handler(ngx_event_t *rev);
static ngx_int_t ngx_pyexec_zygote_message(ngx_pyexec_zygote_t *zygote,
    pyexec_wire_message_t *message);
static void ngx_pyexec_zygote_write_handler(ngx_event_t *wev);
static ngx_int_t ngx_pyexec_zygote_send(ngx_pyexec_zygote_t *zygote,
    pyexec_wire_type_t type, ngx_pyexec_run_t *run, int *fds);
static ngx_pyexec_run_t *ngx_pyexec_zygote_find(ngx_pyexec_zygote_t *zygote,
    uint32_t id);
static void ngx_pyexec_zygote_close(ngx_pyexec_zygote_t *zygote);
static ngx_msec_t ngx_pyexec_zygote_delay(ngx_pyexec_zygote_t *zygote);
static ngx_msec_t ngx_pyexec_zygote_now(void);


/* of this worker */

static ngx_queue_t  ngx_pyexec_zygotes = {
    &ngx_pyexec_zygotes, &ngx_pyexec_zygotes
};


ngx_int_t
ngx_pyexec_zygote_init(ngx_cycle_t *cycle)
{
    ngx_uint_t                i;
    ngx_pyexec_profile_t    **profile;
    ngx_pyexec_main_conf_t   *pmcf;

    pmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_pyexec_module);

    if (pmcf == NULL) {
        return NGX_OK;
    }

    profile = pmcf->profiles.elts;

    for (i = 0; i < pmcf->profiles.nelts; i++) {
        if (ngx_pyexec_zygote_create(profile[i], cycle) == NULL) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_pyexec_zygote_t *
ngx_pyexec_zygote_create(ngx_pyexec_profile_t *profile, ngx_cycle_t *cycle)
{
    ngx_pyexec_zygote_t  *zygote;

    zygote = ngx_pcalloc(cycle->pool, sizeof(ngx_pyexec_zygote_t));
    if (zygote == NULL) {
        return NULL;
    }

    zygote->pidfd = -1;
    zygote->profile = profile;
    profile->zygote = zygote;

    ngx_queue_init(&zygote->runs);
    ngx_pyexec_spare_init(&zygote->spares, zygote, profile->spares);
    ngx_queue_insert_tail(&ngx_pyexec_zygotes, &zygote->queue);

    /* a worker that exits gracefully does not wait for this timer */

    zygote->timer.handler = ngx_pyexec_zygote_timer_handler;
    zygote->timer.data = zygote;
    zygote->timer.log = cycle->log;
    zygote->timer.cancelable = 1;

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

    c = ngx_get_connection(s[0], ngx_cycle->log);

    if (c == NULL) {
        (void) ngx_close_socket(s[0]);
        (void) ngx_close_socket(s[1]);
        return NGX_ERROR;
    }

    c->data = zygote;
    c->log = ngx_cycle->log;
    c->read->log = c->log;
    c->write->log = c->log;
    c->read->handler = ngx_pyexec_zygote_read_handler;
    c->write->handler = ngx_pyexec_zygote_write_handler;

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
ngx_pyexec_zygote_expected(ngx_pyexec_profile_t *profile)
{
    ngx_cycle_t  *cycle;

    /*
     * Only without a master process: there, no worker starts after a new
     * configuration was read.
     */

    if (profile->zygote == NULL) {
        cycle = (ngx_cycle_t *) ngx_cycle;

        if (ngx_pyexec_zygote_create(profile, cycle) == NULL) {
            return 0;
        }
    }

    return profile->zygote->state != NGX_PYEXEC_ZYGOTE_DOWN;
}


ngx_uint_t
ngx_pyexec_zygote_accepts(ngx_pyexec_zygote_t *zygote)
{
    return zygote->state == NGX_PYEXEC_ZYGOTE_READY && !zygote->blocked;
}


ngx_pyexec_spares_t *
ngx_pyexec_zygote_spares(ngx_pyexec_zygote_t *zygote)
{
    return &zygote->spares;
}


ngx_int_t
ngx_pyexec_zygote_spawn(ngx_pyexec_zygote_t *zygote, ngx_pyexec_run_t *run,
    int fds[PYEXEC_WIRE_NFDS])
{
    ngx_int_t        rc;

    static uint32_t  last;

    run->zygote = zygote;
    run->id = ++last;

    rc = ngx_pyexec_zygote_send(zygote, PYEXEC_WIRE_SPAWN, run, fds);

    if (rc == NGX_OK) {
        ngx_queue_insert_tail(&zygote->runs, &run->queue);
        return NGX_OK;
    }

    return rc == NGX_AGAIN ? NGX_BUSY : NGX_ERROR;
}


void
ngx_pyexec_zygote_kill(ngx_pyexec_zygote_t *zygote, ngx_pyexec_run_t *run)
{
    run->kill_unsent = ngx_pyexec_zygote_send(zygote, PYEXEC_WIRE_KILL, run,
                                              NULL)
                       == NGX_AGAIN;
}


static ngx_int_t
ngx_pyexec_zygote_send(ngx_pyexec_zygote_t *zygote, pyexec_wire_type_t type,
    ngx_pyexec_run_t *run, int *fds)
{
    ngx_err_t              err;
    ngx_connection_t      *c;
    pyexec_wire_message_t  message;

    c = zygote->control;

    if (c == NULL) {
        return NGX_ERROR;
    }

    if (zygote->blocked) {
        return NGX_AGAIN;
    }

    ngx_memzero(&message, sizeof(pyexec_wire_message_t));
    message.type = type;
    message.run = run->id;

    if (pyexec_wire_send(c->fd, &message, fds, fds ? PYEXEC_WIRE_NFDS : 0)
        == 0)
    {
        return NGX_OK;
    }

    err = ngx_errno;

    if (err == NGX_EAGAIN) {
        zygote->blocked = 1;
        c->write->ready = 0;

        if (ngx_handle_write_event(c->write, 0) == NGX_OK) {
            return NGX_AGAIN;
        }
    }

    if (err == NGX_EPIPE || err == NGX_ECONNRESET) {
        /* it died: the read handler, which is due, replaces it */
        zygote->blocked = 1;
        return NGX_AGAIN;
    }

    ngx_log_error(NGX_LOG_ERR, c->log, err,
                  "pyexec: sending to zygote %P failed", zygote->pid);

    return NGX_ERROR;
}


static void
ngx_pyexec_zygote_write_handler(ngx_event_t *wev)
{
    ngx_queue_t          *q;
    ngx_connection_t     *c;
    ngx_pyexec_run_t     *run;
    ngx_pyexec_zygote_t  *zygote;

    c = wev->data;
    zygote = c->data;

    if (!zygote->blocked) {
        return;
    }

    zygote->blocked = 0;

    for (q = ngx_queue_head(&zygote->runs);
         q != ngx_queue_sentinel(&zygote->runs) && !zygote->blocked;
         q = ngx_queue_next(q))
    {
        run = ngx_queue_data(q, ngx_pyexec_run_t, queue);

        if (run->kill_unsent) {
            ngx_pyexec_zygote_kill(zygote, run);
        }
    }

    ngx_pyexec_place_wake();
    ngx_pyexec_spare_refill(&zygote->spares);
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
    ngx_pyexec_run_t  *run;

    if (message->type == PYEXEC_WIRE_READY) {
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "pyexec: zygote %P is ready after %Mms", zygote->pid,
                      ngx_pyexec_zygote_now() - zygote->since);

        zygote->state = NGX_PYEXEC_ZYGOTE_READY;
        zygote->since = ngx_pyexec_zygote_now();

        if (zygote->timer.timer_set) {
            ngx_del_timer(&zygote->timer);
        }

        ngx_pyexec_place_wake();
        ngx_pyexec_spare_refill(&zygote->spares);

        return NGX_OK;
    }

    run = ngx_pyexec_zygote_find(zygote, message->run);

    if (run && message->type == PYEXEC_WIRE_ENDED) {
        ngx_queue_remove(&run->queue);
        ngx_pyexec_run_ended(run, message);
        return NGX_OK;
    }

    if (run && message->type == PYEXEC_WIRE_FAILED) {
        ngx_queue_remove(&run->queue);
        ngx_pyexec_run_failed(run, message);
        return NGX_OK;
    }

    /* one that is killed while it tells of its end is told of twice */

    if (run == NULL
        && (message->type == PYEXEC_WIRE_ENDED
            || message->type == PYEXEC_WIRE_FAILED))
    {
        return NGX_OK;
    }

    ngx_pyexec_zygote_replace(zygote, "sent nonsense");

    return NGX_DONE;
}


static ngx_pyexec_run_t *
ngx_pyexec_zygote_find(ngx_pyexec_zygote_t *zygote, uint32_t id)
{
    ngx_queue_t       *q;
    ngx_pyexec_run_t  *run;

    for (q = ngx_queue_head(&zygote->runs);
         q != ngx_queue_sentinel(&zygote->runs);
         q = ngx_queue_next(q))
    {
        run = ngx_queue_data(q, ngx_pyexec_run_t, queue);

        if (run->id == id) {
            return run;
        }
    }

    return NULL;
}


void
ngx_pyexec_zygote_replace(ngx_pyexec_zygote_t *zygote, char *reason)
{
    ngx_msec_t         delay;
    ngx_queue_t       *q;
    ngx_uint_t         runs;
    ngx_pyexec_run_t  *run;

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

    runs = 0;

    while (!ngx_queue_empty(&zygote->runs)) {
        q = ngx_queue_head(&zygote->runs);
        run = ngx_queue_data(q, ngx_pyexec_run_t, queue);

        ngx_queue_remove(q);
        runs += run->spares == NULL;
        ngx_pyexec_run_lost(run);
    }

    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                  "pyexec: zygote %P %s with %ui runs, "
                  "it is started again in %Mms",
                  zygote->pid, reason, runs, delay);

    if (zygote->state == NGX_PYEXEC_ZYGOTE_DOWN) {
        ngx_pyexec_place_fail(zygote, "the Python interpreter cannot start");
    }
}


/*
 * The end of its socket ends a zygote, but not one that is stopped: the
 * signal is for its reaper.
 */

static void
ngx_pyexec_zygote_close(ngx_pyexec_zygote_t *zygote)
{
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
    ngx_queue_t          *q, *r;
    ngx_pyexec_run_t     *run;
    ngx_pyexec_zygote_t  *zygote;

    for (q = ngx_queue_head(&ngx_pyexec_zygotes);
         q != ngx_queue_sentinel(&ngx_pyexec_zygotes);
         q = ngx_queue_next(q))
    {
        zygote = ngx_queue_data(q, ngx_pyexec_zygote_t, queue);

        while (!ngx_queue_empty(&zygote->runs)) {
            r = ngx_queue_head(&zygote->runs);
            run = ngx_queue_data(r, ngx_pyexec_run_t, queue);

            ngx_queue_remove(r);
            ngx_pyexec_run_free(run);
        }

        ngx_pyexec_zygote_close(zygote);
    }

    ngx_pyexec_zygote_log_close();
}


/* Not ngx_current_msec, which stands still while the worker is busy. */

static ngx_msec_t
ngx_pyexec_zygote_now(void)
{
    return (ngx_msec_t) (ngx_pyexec_monotonic() / 1000000);
}
