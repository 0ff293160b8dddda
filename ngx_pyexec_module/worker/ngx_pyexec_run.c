
#include "ngx_pyexec_module.h"
#include "ngx_pyexec_answer.h"
#include "ngx_pyexec_place.h"
#include "ngx_pyexec_run.h"
#include "ngx_pyexec_zygote.h"

#include <sys/wait.h>


/* the first buffer of an output, doubled as it fills */
#define NGX_PYEXEC_OUTPUT_SIZE   4096

/* what a pipe holds at most: /proc/sys/fs/pipe-max-size, bytes */
#define NGX_PYEXEC_PIPE_SIZE     (1024 * 1024)

/* a zygote that has not ended a killed run by then is stuck, milliseconds */
#define NGX_PYEXEC_KILL_TIMEOUT  10000


typedef struct {
    int  worker[PYEXEC_WIRE_NFDS];
    int  child[PYEXEC_WIRE_NFDS];
} ngx_pyexec_fds_t;


static ngx_int_t ngx_pyexec_run_open(ngx_pyexec_fds_t *fds);
static void ngx_pyexec_run_close(int fds[PYEXEC_WIRE_NFDS]);
static ngx_int_t ngx_pyexec_run_connect(ngx_pyexec_run_t *run,
    ngx_pyexec_fds_t *fds);
static ngx_connection_t *ngx_pyexec_run_connection(ngx_pyexec_run_t *run,
    int *fd);
static ngx_int_t ngx_pyexec_run_program(ngx_pyexec_run_t *run);
static ngx_int_t ngx_pyexec_run_append(ngx_pyexec_run_t *run,
    ngx_pyexec_input_t *input, const void *data, size_t len);

static void ngx_pyexec_run_write_handler(ngx_event_t *wev);
static void ngx_pyexec_run_write(ngx_pyexec_run_t *run,
    ngx_pyexec_input_t *input);
static void ngx_pyexec_run_read_handler(ngx_event_t *rev);
static void ngx_pyexec_run_read(ngx_pyexec_run_t *run,
    ngx_pyexec_output_t *output);
static ngx_int_t ngx_pyexec_run_room(ngx_pyexec_run_t *run,
    ngx_pyexec_output_t *output);
static void ngx_pyexec_run_timeout_handler(ngx_event_t *ev);
static void ngx_pyexec_run_empty_handler(ngx_event_t *ev);

static void ngx_pyexec_run_kill(ngx_pyexec_run_t *run);
static void ngx_pyexec_run_result(ngx_pyexec_run_t *run,
    pyexec_wire_message_t *end);
static void ngx_pyexec_run_answer_error(ngx_pyexec_run_t *run,
    char *details);


ngx_int_t
ngx_pyexec_run_start(ngx_pyexec_ctx_t *ctx)
{
    u_char                   details[NGX_MAX_ERROR_STR];
    ngx_int_t                rc;
    ngx_err_t                err;
    ngx_pool_t              *pool;
    ngx_pyexec_fds_t         fds;
    ngx_pyexec_run_t        *run;
    ngx_pyexec_loc_conf_t   *plcf;

    plcf = ngx_http_get_module_loc_conf(ctx->request, ngx_pyexec_module);

    pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, ngx_cycle->log);
    if (pool == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    run = ngx_pcalloc(pool, sizeof(ngx_pyexec_run_t));
    if (run == NULL) {
        ngx_destroy_pool(pool);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    run->pool = pool;
    run->ctx = ctx;
    run->timeout = ctx->timeout;
    run->output_limit = plcf->output_limit;
    run->compile_only = ctx->verdict.outcome == PYEXEC_POLICY_UNANALYSABLE;
    run->script.fd = NGX_INVALID_FILE;

    run->timer.handler = ngx_pyexec_run_timeout_handler;
    run->timer.data = run;
    run->timer.log = pool->log;

    if (ngx_pyexec_run_open(&fds) != NGX_OK) {
        err = ngx_errno;
        ngx_log_error(NGX_LOG_ALERT, pool->log, err,
                      "pyexec: pipes for a run failed");
        goto failed;
    }

    rc = ngx_pyexec_zygote_spawn(plcf->profile->zygote, run, fds.child);

    ngx_pyexec_run_close(fds.child);

    if (rc != NGX_OK) {
        ngx_pyexec_run_close(fds.worker);
        ngx_destroy_pool(pool);

        return rc == NGX_BUSY ? NGX_BUSY
                              : ngx_pyexec_answer_error(ctx->request,
                                       "the Python interpreter is gone");
    }

    /* from here on the zygote knows the run: it ends by its message only */

    ngx_pyexec_place_enter();

    if (ngx_pyexec_run_connect(run, &fds) != NGX_OK) {
        ngx_pyexec_run_abandon(run);
        return ngx_pyexec_answer_error(ctx->request,
                                       "worker_connections are not enough");
    }

    if (ngx_pyexec_script_create(&run->script, plcf->temp_path,
                                 &ctx->program.code, ctx->run_id, pool, &err)
        != NGX_OK)
    {
        ngx_pyexec_run_abandon(run);
        goto failed_script;
    }

    if (ngx_pyexec_run_program(run) != NGX_OK) {
        ngx_pyexec_run_abandon(run);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->run = run;
    ctx->started = 1;

    return NGX_DONE;

failed:

    ngx_destroy_pool(pool);

failed_script:

    *ngx_strerror(err, details, sizeof(details) - 1) = '\0';

    return ngx_pyexec_answer_error(ctx->request, (char *) details);
}


static ngx_int_t
ngx_pyexec_run_open(ngx_pyexec_fds_t *fds)
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

        if (ngx_nonblocking(fds->worker[i]) == -1) {
            goto failed;
        }
    }

    return NGX_OK;

failed:

    err = ngx_errno;

    ngx_pyexec_run_close(fds->worker);
    ngx_pyexec_run_close(fds->child);

    ngx_set_errno(err);

    return NGX_ERROR;
}


static void
ngx_pyexec_run_close(int fds[PYEXEC_WIRE_NFDS])
{
    ngx_uint_t  i;

    for (i = 0; i < PYEXEC_WIRE_NFDS; i++) {
        if (fds[i] != -1) {
            (void) close(fds[i]);
            fds[i] = -1;
        }
    }
}


/* The connections take the worker's descriptors, whatever it returns. */

static ngx_int_t
ngx_pyexec_run_connect(ngx_pyexec_run_t *run, ngx_pyexec_fds_t *fds)
{
    int  *fd;

    fd = fds->worker;

    run->channel.connection = ngx_pyexec_run_connection(run,
                                                   &fd[PYEXEC_WIRE_CHANNEL]);
    run->input.connection = ngx_pyexec_run_connection(run,
                                                   &fd[PYEXEC_WIRE_STDIN]);
    run->output.connection = ngx_pyexec_run_connection(run,
                                                   &fd[PYEXEC_WIRE_STDOUT]);
    run->error.connection = ngx_pyexec_run_connection(run,
                                                   &fd[PYEXEC_WIRE_STDERR]);

    if (run->channel.connection == NULL
        || run->input.connection == NULL
        || run->output.connection == NULL
        || run->error.connection == NULL)
    {
        ngx_pyexec_run_close(fd);
        return NGX_ERROR;
    }

    run->output.connection->read->handler = ngx_pyexec_run_read_handler;
    run->error.connection->read->handler = ngx_pyexec_run_read_handler;
    run->channel.connection->write->handler = ngx_pyexec_run_write_handler;
    run->input.connection->write->handler = ngx_pyexec_run_write_handler;

    if (ngx_handle_read_event(run->output.connection->read, 0) != NGX_OK
        || ngx_handle_read_event(run->error.connection->read, 0) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_connection_t *
ngx_pyexec_run_connection(ngx_pyexec_run_t *run, int *fd)
{
    ngx_connection_t  *c;

    c = ngx_get_connection(*fd, run->pool->log);
    if (c == NULL) {
        return NULL;
    }

    *fd = -1;

    c->data = run;
    c->log = run->pool->log;
    c->read->log = c->log;
    c->write->log = c->log;
    c->read->handler = ngx_pyexec_run_empty_handler;
    c->write->handler = ngx_pyexec_run_empty_handler;

    return c;
}


/* Hands over the program and as much of its input as fits. */

static ngx_int_t
ngx_pyexec_run_program(ngx_pyexec_run_t *run)
{
    ngx_uint_t              i;
    pyexec_request_t       *program;
    pyexec_wire_program_t  *header;

    program = &run->ctx->program;

    header = ngx_pcalloc(run->pool, sizeof(pyexec_wire_program_t));
    if (header == NULL) {
        return NGX_ERROR;
    }

    header->flags = run->compile_only ? PYEXEC_WIRE_COMPILE_ONLY : 0;
    header->nargs = program->nargs;
    header->code_len = program->code.len;

    /*
     * A second line behind the timer of this worker, should it not be there
     * to kill: threads of the run use all processors at most that long.
     */

    header->cpu_limit = (run->timeout / 1000 + 2) * ngx_ncpu;

    for (i = 0; i < program->nargs; i++) {
        header->args_len += program->args[i].len + 1;
    }

    if (ngx_pyexec_run_append(run, &run->channel, header,
                              sizeof(pyexec_wire_program_t))
        != NGX_OK
        || ngx_pyexec_run_append(run, &run->channel, program->code.data,
                                 program->code.len)
           != NGX_OK
        || ngx_pyexec_run_append(run, &run->input, program->input.data,
                                 program->input.len)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (i = 0; i < program->nargs; i++) {
        if (ngx_pyexec_run_append(run, &run->channel, program->args[i].data,
                                  program->args[i].len + 1)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    run->started = ngx_pyexec_monotonic();
    ngx_add_timer(&run->timer, run->timeout);

    ngx_pyexec_run_write(run, &run->channel);
    ngx_pyexec_run_write(run, &run->input);

    return NGX_OK;
}


static ngx_int_t
ngx_pyexec_run_append(ngx_pyexec_run_t *run, ngx_pyexec_input_t *input,
    const void *data, size_t len)
{
    ngx_buf_t    *b;
    ngx_chain_t  *cl, **ll;

    if (len == 0) {
        return NGX_OK;
    }

    b = ngx_calloc_buf(run->pool);
    cl = ngx_alloc_chain_link(run->pool);

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


static void
ngx_pyexec_run_write_handler(ngx_event_t *wev)
{
    ngx_connection_t  *c;
    ngx_pyexec_run_t  *run;

    c = wev->data;
    run = c->data;

    ngx_pyexec_run_write(run, c == run->channel.connection ? &run->channel
                                                           : &run->input);
}


static void
ngx_pyexec_run_write(ngx_pyexec_run_t *run, ngx_pyexec_input_t *input)
{
    ssize_t            n;
    ngx_chain_t       *cl;
    ngx_connection_t  *c;
    struct iovec       iov[NGX_IOVS_PREALLOCATE];
    ngx_uint_t         niov;

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

    ngx_close_connection(c);
    input->connection = NULL;
    input->chain = NULL;
}


static void
ngx_pyexec_run_read_handler(ngx_event_t *rev)
{
    ngx_connection_t  *c;
    ngx_pyexec_run_t  *run;

    c = rev->data;
    run = c->data;

    if (c->close) {
        /* the time of worker_shutdown_timeout is over */
        ngx_pyexec_run_kill(run);
    }

    ngx_pyexec_run_read(run, c == run->output.connection ? &run->output
                                                         : &run->error);
}


/*
 * Reads what is there, but no more than a pipe holds: a program that writes
 * as fast as this reads must not keep the worker here.
 */

static void
ngx_pyexec_run_read(ngx_pyexec_run_t *run, ngx_pyexec_output_t *output)
{
    u_char            *p, one[1];
    size_t             size, total;
    ssize_t            n;
    ngx_connection_t  *c;

    c = output->connection;

    if (c == NULL) {
        return;
    }

    total = 0;

    for ( ;; ) {

        if (total >= NGX_PYEXEC_PIPE_SIZE) {
            ngx_post_event(c->read, &ngx_posted_next_events);
            return;
        }

        if (output->len == run->output_limit) {
            p = one;
            size = 1;

        } else if (ngx_pyexec_run_room(run, output) == NGX_OK) {
            p = output->data + output->len;
            size = output->size - output->len;

        } else {
            run->no_memory = 1;
            ngx_pyexec_run_kill(run);
            break;
        }

        n = read(c->fd, p, size);

        if (n > 0 && p == one) {
            run->flooded = 1;
            ngx_pyexec_run_kill(run);
            break;
        }

        if (n > 0) {
            output->len += n;
            total += n;
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

    ngx_close_connection(c);
    output->connection = NULL;
}


static ngx_int_t
ngx_pyexec_run_room(ngx_pyexec_run_t *run, ngx_pyexec_output_t *output)
{
    u_char  *data;
    size_t   size;

    if (output->len < output->size) {
        return NGX_OK;
    }

    size = output->size ? 2 * output->size : NGX_PYEXEC_OUTPUT_SIZE;
    size = ngx_min(size, run->output_limit);

    data = ngx_alloc(size, run->pool->log);
    if (data == NULL) {
        return NGX_ERROR;
    }

    if (output->data) {
        ngx_memcpy(data, output->data, output->len);
        ngx_free(output->data);
    }

    output->data = data;
    output->size = size;

    return NGX_OK;
}


static void
ngx_pyexec_run_timeout_handler(ngx_event_t *ev)
{
    ngx_pyexec_run_t *run = ev->data;

    if (run->killed) {
        ngx_pyexec_zygote_replace(run->zygote, "did not end a killed run");
        return;
    }

    run->timed_out = 1;
    ngx_pyexec_run_kill(run);
}


static void
ngx_pyexec_run_empty_handler(ngx_event_t *ev)
{
    /* void */
}


static void
ngx_pyexec_run_kill(ngx_pyexec_run_t *run)
{
    if (run->killed) {
        return;
    }

    run->killed = 1;
    ngx_pyexec_zygote_kill(run->zygote, run);

    /*
     * The timer is set until the zygote tells of the end, also because a
     * worker without timers considers itself idle and exits.
     */

    if (run->timer.timer_set) {
        ngx_del_timer(&run->timer);
    }

    ngx_add_timer(&run->timer, NGX_PYEXEC_KILL_TIMEOUT);
}


void
ngx_pyexec_run_abandon(ngx_pyexec_run_t *run)
{
    /* the program that is being written belongs to the request */

    if (run->channel.connection) {
        ngx_close_connection(run->channel.connection);
        run->channel.connection = NULL;
    }

    if (run->input.connection) {
        ngx_close_connection(run->input.connection);
        run->input.connection = NULL;
    }

    if (run->ctx) {
        run->ctx->run = NULL;
        run->ctx = NULL;
    }

    ngx_pyexec_run_kill(run);
}


void
ngx_pyexec_run_ended(ngx_pyexec_run_t *run, pyexec_wire_message_t *end)
{
    ngx_int_t          rc;
    ngx_pyexec_ctx_t  *ctx;

    /* nobody is left to write: what is in the pipes is all there is */

    ngx_pyexec_run_read(run, &run->output);
    ngx_pyexec_run_read(run, &run->error);

    ctx = run->ctx;

    if (ctx == NULL) {
        ngx_pyexec_run_free(run);
        ngx_pyexec_place_leave();
        return;
    }

    if (run->no_memory) {
        ngx_pyexec_run_answer_error(run, "out of memory");
        return;
    }

    ngx_pyexec_run_result(run, end);

    if (run->compile_only && ctx->result.status == NGX_PYEXEC_OK) {
        rc = ngx_pyexec_answer_unsafe(ctx);

    } else {
        rc = ngx_pyexec_answer_result(ctx);
    }

    /* the bytes of the result go with the run */

    ctx->run = NULL;
    ngx_memzero(&ctx->result.output, sizeof(pyexec_answer_bytes_t));
    ngx_memzero(&ctx->result.error, sizeof(pyexec_answer_bytes_t));

    ngx_pyexec_run_free(run);
    ngx_pyexec_place_leave();

    ngx_pyexec_answer_finalize(ctx, rc);
}


static void
ngx_pyexec_run_result(ngx_pyexec_run_t *run, pyexec_wire_message_t *end)
{
    ngx_pyexec_result_t  *result;

    result = &run->ctx->result;
    run->ctx->ended = 1;

    if (WIFSIGNALED(end->status)) {
        result->returncode = - (ngx_int_t) WTERMSIG(end->status);
        result->status = NGX_PYEXEC_SIGNAL;

    } else {
        result->returncode = WEXITSTATUS(end->status);
        result->status = result->returncode ? NGX_PYEXEC_ERROR
                                            : NGX_PYEXEC_OK;
    }

    /* a flood that ended by itself just in time is one all the same */

    if (run->flooded) {
        result->returncode = -SIGKILL;
        result->status = NGX_PYEXEC_OUTPUT_LIMIT;

    } else if (run->timed_out && result->returncode == -SIGKILL) {
        result->status = NGX_PYEXEC_TIMEOUT;
    }

    result->time = (double) (end->ended - run->started) / 1e9;
    result->cpu_time = (double) end->cpu_time / 1e6;
    result->memory = end->memory;

    result->output.data = run->output.data;
    result->output.len = run->output.len;
    result->error.data = run->error.data;
    result->error.len = run->error.len;
}


void
ngx_pyexec_run_failed(ngx_pyexec_run_t *run, ngx_err_t err)
{
    u_char  details[NGX_MAX_ERROR_STR];

    ngx_log_error(NGX_LOG_ALERT, run->pool->log, err,
                  "pyexec: fork() in a zygote failed");

    *ngx_strerror(err, details, sizeof(details) - 1) = '\0';

    ngx_pyexec_run_answer_error(run, (char *) details);
}


void
ngx_pyexec_run_lost(ngx_pyexec_run_t *run)
{
    ngx_pyexec_run_answer_error(run, "the Python interpreter died");
}


static void
ngx_pyexec_run_answer_error(ngx_pyexec_run_t *run, char *details)
{
    ngx_pyexec_ctx_t  *ctx;

    ctx = run->ctx;

    if (ctx) {
        ctx->run = NULL;
    }

    ngx_pyexec_run_free(run);
    ngx_pyexec_place_leave();

    if (ctx) {
        ngx_pyexec_answer_finalize(ctx,
                           ngx_pyexec_answer_error(ctx->request, details));
    }
}


void
ngx_pyexec_run_free(ngx_pyexec_run_t *run)
{
    ngx_uint_t          i;
    ngx_connection_t   *c[4];

    c[0] = run->channel.connection;
    c[1] = run->input.connection;
    c[2] = run->output.connection;
    c[3] = run->error.connection;

    for (i = 0; i < 4; i++) {
        if (c[i]) {
            ngx_close_connection(c[i]);
        }
    }

    if (run->timer.timer_set) {
        ngx_del_timer(&run->timer);
    }

    ngx_pyexec_script_delete(&run->script, run->pool->log);

    if (run->output.data) {
        ngx_free(run->output.data);
    }

    if (run->error.data) {
        ngx_free(run->error.data);
    }

    ngx_destroy_pool(run->pool);
}
