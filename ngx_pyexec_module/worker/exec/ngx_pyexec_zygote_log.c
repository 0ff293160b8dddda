
#include "ngx_pyexec_zygote_log.h"
#include "ngx_pyexec_pipe.h"


/* longer lines are logged in pieces */
#define NGX_PYEXEC_ZYGOTE_LINE  1024


typedef struct {
    ngx_queue_t        queue;
    ngx_connection_t  *connection;
    size_t             len;
    u_char             line[NGX_PYEXEC_ZYGOTE_LINE];
} ngx_pyexec_zygote_log_t;


static void ngx_pyexec_zygote_log_read_handler(ngx_event_t *rev);
static void ngx_pyexec_zygote_log_lines(ngx_pyexec_zygote_log_t *zlog);
static void ngx_pyexec_zygote_log_free(ngx_pyexec_zygote_log_t *zlog);


/* of this worker */

static ngx_queue_t  ngx_pyexec_zygote_logs = {
    &ngx_pyexec_zygote_logs, &ngx_pyexec_zygote_logs
};


ngx_fd_t
ngx_pyexec_zygote_log_open(void)
{
    ngx_fd_t                  fd[2];
    ngx_connection_t         *c;
    ngx_pyexec_zygote_log_t  *zlog;

    if (pipe2(fd, O_CLOEXEC) == -1) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, ngx_errno,
                      "pyexec: pipe2() failed");
        return NGX_INVALID_FILE;
    }

    c = NULL;
    zlog = NULL;

    if (ngx_nonblocking(fd[0]) == -1) {
        (void) close(fd[0]);
        goto failed;
    }

    c = ngx_pyexec_pipe_connection(&fd[0], NULL, ngx_cycle->log,
                                   ngx_pyexec_zygote_log_read_handler,
                                   ngx_pyexec_pipe_empty_handler);

    if (c == NULL) {
        (void) close(fd[0]);
        goto failed;
    }

    zlog = ngx_alloc(sizeof(ngx_pyexec_zygote_log_t), c->log);

    if (zlog == NULL
        || ngx_handle_read_event(c->read, 0) != NGX_OK)
    {
        goto failed;
    }

    c->data = zlog;
    zlog->connection = c;
    zlog->len = 0;

    ngx_queue_insert_tail(&ngx_pyexec_zygote_logs, &zlog->queue);

    return fd[1];

failed:

    if (c) {
        ngx_close_connection(c);
    }

    if (zlog) {
        ngx_free(zlog);
    }

    (void) close(fd[1]);

    return NGX_INVALID_FILE;
}


static void
ngx_pyexec_zygote_log_read_handler(ngx_event_t *rev)
{
    ssize_t                   n;
    ngx_connection_t         *c;
    ngx_pyexec_zygote_log_t  *zlog;

    c = rev->data;
    zlog = c->data;

    for ( ;; ) {
        n = read(c->fd, zlog->line + zlog->len,
                 NGX_PYEXEC_ZYGOTE_LINE - zlog->len);

        if (n > 0) {
            zlog->len += n;
            ngx_pyexec_zygote_log_lines(zlog);
            continue;
        }

        if (n == -1 && ngx_errno == NGX_EINTR) {
            continue;
        }

        if (n == -1 && ngx_errno == NGX_EAGAIN) {
            rev->ready = 0;

            if (ngx_handle_read_event(rev, 0) == NGX_OK) {
                return;
            }
        }

        ngx_pyexec_zygote_log_free(zlog);
        return;
    }
}


static void
ngx_pyexec_zygote_log_lines(ngx_pyexec_zygote_log_t *zlog)
{
    u_char  *p, *line, *last;

    line = zlog->line;
    last = zlog->line + zlog->len;

    for ( ;; ) {
        p = ngx_strlchr(line, last, LF);

        if (p == NULL) {
            break;
        }

        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "pyexec: zygote: %*s", (size_t) (p - line), line);

        line = p + 1;
    }

    if (line == zlog->line && zlog->len == NGX_PYEXEC_ZYGOTE_LINE) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "pyexec: zygote: %*s", zlog->len, line);

        line = last;
    }

    zlog->len = last - line;
    ngx_memmove(zlog->line, line, zlog->len);
}


static void
ngx_pyexec_zygote_log_free(ngx_pyexec_zygote_log_t *zlog)
{
    ngx_queue_remove(&zlog->queue);
    ngx_close_connection(zlog->connection);
    ngx_free(zlog);
}


void
ngx_pyexec_zygote_log_close(void)
{
    ngx_queue_t              *q;
    ngx_pyexec_zygote_log_t  *zlog;

    while (!ngx_queue_empty(&ngx_pyexec_zygote_logs)) {
        q = ngx_queue_head(&ngx_pyexec_zygote_logs);
        zlog = ngx_queue_data(q, ngx_pyexec_zygote_log_t, queue);

        ngx_pyexec_zygote_log_free(zlog);
    }
}
