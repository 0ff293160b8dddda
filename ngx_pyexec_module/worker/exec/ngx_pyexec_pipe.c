
#include "ngx_pyexec_pipe.h"

#include <poll.h>


/* what a pipe holds at most: /proc/sys/fs/pipe-max-size, bytes */
#define NGX_PYEXEC_PIPE_SIZE    (1024 * 1024)

/* what a pipe holds where nobody asked for more, bytes */
#define NGX_PYEXEC_READ_SIZE    (64 * 1024)


/* of this worker: no read needs memory of its own */
static u_char  ngx_pyexec_read_buffer[NGX_PYEXEC_READ_SIZE];


ngx_int_t
ngx_pyexec_pipe_open(ngx_pyexec_fds_t *fds)
{
    int         s[2];
    ngx_err_t   err;
    ngx_uint_t  i;

    for (i = 0; i < PYEXEC_WIRE_NFDS; i++) {
        fds->worker[i] = -1;
        fds->child[i] = -1;
    }

    for (i = 0; i < PYEXEC_WIRE_NFDS; i++) {

        if (i == PYEXEC_WIRE_CHANNEL) {
            if (socketpair(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0, s) == -1) {
                goto failed;
            }

        } else if (pipe2(s, O_CLOEXEC) == -1) {
            goto failed;
        }

        /* a pipe is read at 0 and written at 1 */

        fds->worker[i] = s[i == PYEXEC_WIRE_STDIN];
        fds->child[i] = s[i != PYEXEC_WIRE_STDIN];

        /* a flag of this end alone: the program's end blocks */

        if (ngx_nonblocking(fds->worker[i]) == -1) {
            goto failed;
        }
    }

    return NGX_OK;

failed:

    err = ngx_errno;

    ngx_pyexec_pipe_close(fds->worker);
    ngx_pyexec_pipe_close(fds->child);

    ngx_set_errno(err);

    return NGX_ERROR;
}


void
ngx_pyexec_pipe_close(int fds[PYEXEC_WIRE_NFDS])
{
    ngx_uint_t  i;

    for (i = 0; i < PYEXEC_WIRE_NFDS; i++) {
        if (fds[i] != -1) {
            (void) close(fds[i]);
            fds[i] = -1;
        }
    }
}


ngx_connection_t *
ngx_pyexec_pipe_connection(int *fd, void *data, ngx_log_t *log,
    ngx_event_handler_pt read, ngx_event_handler_pt write)
{
    ngx_connection_t  *c;

    c = ngx_get_connection(*fd, log);
    if (c == NULL) {
        return NULL;
    }

    *fd = -1;

    c->data = data;
    c->log = log;
    c->read->log = log;
    c->write->log = log;
    c->read->handler = read;
    c->write->handler = write;

    return c;
}


void
ngx_pyexec_pipe_empty_handler(ngx_event_t *ev)
{
    /* void */
}


ngx_int_t
ngx_pyexec_input_append(ngx_pyexec_input_t *input, const void *data,
    size_t len)
{
    ngx_buf_t    *b;
    ngx_chain_t  *cl, **ll;

    if (len == 0) {
        return NGX_OK;
    }

    b = ngx_calloc_buf(input->pool);
    cl = ngx_alloc_chain_link(input->pool);

    if (b == NULL || cl == NULL) {
        return NGX_ERROR;
    }

    b->pos = (u_char *) data;
    b->last = b->pos + len;
    b->memory = 1;

    cl->buf = b;
    cl->next = NULL;

    for (ll = &input->chain; *ll; ll = &(*ll)->next) { /* void */ }

    *ll = cl;

    return NGX_OK;
}


void
ngx_pyexec_input_write(ngx_pyexec_input_t *input)
{
    ssize_t            n;
    ngx_uint_t         niov;
    ngx_chain_t       *cl;
    ngx_connection_t  *c;
    struct iovec       iov[NGX_IOVS_PREALLOCATE];

    c = input->connection;

    while (input->chain) {

        niov = 0;

        for (cl = input->chain;
             cl && niov < NGX_IOVS_PREALLOCATE;
             cl = cl->next)
        {
            iov[niov].iov_base = cl->buf->pos;
            iov[niov].iov_len = cl->buf->last - cl->buf->pos;
            niov++;
        }

        n = writev(c->fd, iov, niov);

        if (n >= 0) {
            input->chain = ngx_chain_update_sent(input->chain, n);
            continue;
        }

        if (ngx_errno == NGX_EINTR) {
            continue;
        }

        if (ngx_errno == NGX_EAGAIN) {
            c->write->ready = 0;

            if (ngx_handle_write_event(c->write, 0) == NGX_OK) {
                return;
            }
        }

        /* the reader closed its end, which a program may do */

        break;
    }

    ngx_pyexec_input_close(input);
}


void
ngx_pyexec_input_close(ngx_pyexec_input_t *input)
{
    if (input->connection) {
        ngx_close_connection(input->connection);
        input->connection = NULL;
    }

    input->chain = NULL;
}


void
ngx_pyexec_output_read(ngx_pyexec_output_t *output, ngx_pyexec_sink_pt sink,
    void *data)
{
    size_t             total;
    ssize_t            n;
    ngx_connection_t  *c;

    c = output->connection;

    if (c == NULL || output->refused) {
        return;
    }

    total = 0;

    for ( ;; ) {

        if (total >= NGX_PYEXEC_PIPE_SIZE) {

            /* who writes as fast as this reads must not keep it here */

            ngx_post_event(c->read, &ngx_posted_next_events);
            return;
        }

        n = read(c->fd, ngx_pyexec_read_buffer, NGX_PYEXEC_READ_SIZE);

        if (n > 0) {
            total += n;

            if (sink(data, ngx_pyexec_read_buffer, n) != NGX_OK) {
                output->refused = 1;

                /* where events are told again and again, of this no more */

                (void) ngx_handle_read_event(c->read, 0);
                return;
            }

            continue;
        }

        if (n == -1 && ngx_errno == NGX_EINTR) {
            continue;
        }

        if (n == -1 && ngx_errno == NGX_EAGAIN) {
            c->read->ready = 0;

            if (ngx_handle_read_event(c->read, 0) == NGX_OK) {
                return;
            }
        }

        break;
    }

    ngx_pyexec_output_close(output);
}


ngx_uint_t
ngx_pyexec_output_touched(ngx_pyexec_output_t *outputs, ngx_uint_t n)
{
    ngx_uint_t     i;
    struct pollfd  pfd[NGX_PYEXEC_NOUTPUTS];

    for (i = 0; i < n; i++) {

        if (outputs[i].connection == NULL) {
            return 1;
        }

        pfd[i].fd = outputs[i].connection->fd;
        pfd[i].events = POLLIN;
    }

    return poll(pfd, n, 0) != 0;
}


void
ngx_pyexec_output_close(ngx_pyexec_output_t *output)
{
    if (output->connection) {
        ngx_close_connection(output->connection);
        output->connection = NULL;
    }
}
