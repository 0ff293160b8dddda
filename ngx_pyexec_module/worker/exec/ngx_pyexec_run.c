
#include "../ngx_pyexec_module.h"
#include "../http/ngx_pyexec_answer.h"
#include "ngx_pyexec_place.h"
#include "ngx_pyexec_run.h"
#include "ngx_pyexec_zygote.h"

#include <sys/wait.h>


/* a zygote that has not ended a killed run by then is stuck, milliseconds */
#define NGX_PYEXEC_KILL_TIMEOUT  10000


static ngx_pyexec_run_t *ngx_pyexec_run_create(void);
static void ngx_pyexec_run_assign(ngx_pyexec_run_t *run,
    ngx_pyexec_ctx_t *ctx);
static ngx_int_t ngx_pyexec_run_answer_unspawned(ngx_pyexec_ctx_t *ctx,
    ngx_int_t rc, ngx_err_t err);
static ngx_int_t ngx_pyexec_run_answer_errno(ngx_pyexec_ctx_t *ctx,
    ngx_err_t err);
static ngx_int_t ngx_pyexec_run_connect(ngx_pyexec_run_t *run,
    ngx_pyexec_fds_t *fds);
static ngx_int_t ngx_pyexec_run_program(ngx_pyexec_run_t *run);

static void ngx_pyexec_run_write_handler(ngx_event_t *wev);
static void ngx_pyexec_run_read_handler(ngx_event_t *rev);
static void ngx_pyexec_run_read(ngx_pyexec_run_t *run,
    ngx_pyexec_output_t *output);
static void ngx_pyexec_run_timeout_handler(ngx_event_t *ev);
static void ngx_pyexec_run_empty_handler(ngx_event_t *ev);

static void ngx_pyexec_run_kill(ngx_pyexec_run_t *run);
static void ngx_pyexec_run_result(ngx_pyexec_run_t *run,
    pyexec_wire_message_t *end);
static void ngx_pyexec_run_answer_error(ngx_pyexec_run_t *run,
    char *details);


ngx_int_t
ngx_pyexec_run_spawn(ngx_pyexec_zygote_t *zygote, ngx_pyexec_run_t **spawned)
{
    ngx_int_t          rc;
    ngx_err_t          err;
    ngx_pyexec_fds_t   fds;
    ngx_pyexec_run_t  *run;

    run = ngx_pyexec_run_create();
    if (run == NULL) {
        ngx_set_errno(NGX_ENOMEM);
        return NGX_ERROR;
    }

    if (ngx_pyexec_pipe_open(&fds) != NGX_OK) {
        err = ngx_errno;

        ngx_log_error(NGX_LOG_ALERT, run->pool->log, err,
                      "pyexec: pipes for a run failed");

        ngx_destroy_pool(run->pool);
        ngx_set_errno(err);

        return NGX_ERROR;
    }

    if (ngx_pyexec_run_connect(run, &fds) != NGX_OK) {
        ngx_pyexec_pipe_close(fds.child);
        ngx_pyexec_run_free(run);
        return NGX_DECLINED;
    }

    rc = ngx_pyexec_zygote_spawn(zygote, run, fds.child);

    ngx_pyexec_pipe_close(fds.child);

    if (rc != NGX_OK) {
        ngx_pyexec_run_free(run);
        return rc == NGX_BUSY ? NGX_BUSY : NGX_ABORT;
    }

    /* from here on the zygote knows the run: it ends by its message only */

    *spawned = run;

    return NGX_OK;
}


ngx_int_t
ngx_pyexec_run_start(ngx_pyexec_ctx_t *ctx)
{
    ngx_int_t          rc;
    ngx_err_t          err;
    ngx_uint_t         alone;
    ngx_pyexec_run_t  *run;

    run = ngx_pyexec_spare_take(
                         ngx_pyexec_zygote_spares(ctx->profile->zygote));

    if (run == NULL) {
        rc = ngx_pyexec_run_spawn(ctx->profile->zygote, &run);

        if (rc != NGX_OK) {
            return ngx_pyexec_run_answer_unspawned(ctx, rc, ngx_errno);
        }
    }

    ngx_pyexec_run_assign(run, ctx);
    ngx_pyexec_place_enter();

    /* in full isolation the program wakes up while its script is written */

    alone = ctx->profile->isolation == NGX_PYEXEC_ISOLATION_FULL;

    if (alone && ngx_pyexec_run_program(run) != NGX_OK) {
        ngx_pyexec_run_abandon(run);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_pyexec_script_create(&run->script, ctx->conf->temp_path, !alone,
                                 &ctx->program.code, ctx->run_id, run->pool,
                                 &err)
        != NGX_OK)
    {
        ngx_pyexec_run_abandon(run);
        return ngx_pyexec_run_answer_errno(ctx, err);
    }

    /* elsewhere it runs in the directory of its script */

    if (!alone && ngx_pyexec_run_program(run) != NGX_OK) {
        ngx_pyexec_run_abandon(run);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->run = run;
    ctx->started = 1;

    return NGX_DONE;
}


static ngx_pyexec_run_t *
ngx_pyexec_run_create(void)
{
    ngx_pool_t        *pool;
    ngx_pyexec_run_t  *run;

    pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, ngx_cycle->log);
    if (pool == NULL) {
        return NULL;
    }

    run = ngx_pcalloc(pool, sizeof(ngx_pyexec_run_t));
    if (run == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    run->pool = pool;
    run->channel.pool = pool;
    run->input.pool = pool;
    run->script.fd = NGX_INVALID_FILE;
    ngx_str_set(&run->script.directory, "");

    run->timer.handler = ngx_pyexec_run_timeout_handler;
    run->timer.data = run;
    run->timer.log = pool->log;

    return run;
}


static void
ngx_pyexec_run_assign(ngx_pyexec_run_t *run, ngx_pyexec_ctx_t *ctx)
{
    run->ctx = ctx;
    run->timeout = ctx->timeout;
    run->compile_only = ctx->verdict.outcome == PYEXEC_POLICY_UNANALYSABLE;
    run->output.limit = ctx->conf->output_limit;
    run->error.limit = ctx->conf->output_limit;
}


static ngx_int_t
ngx_pyexec_run_answer_unspawned(ngx_pyexec_ctx_t *ctx, ngx_int_t rc,
    ngx_err_t err)
{
    switch (rc) {

    case NGX_BUSY:
        return NGX_BUSY;

    case NGX_DECLINED:
        return ngx_pyexec_answer_busy(ctx->request);

    case NGX_ABORT:
        return ngx_pyexec_answer_error(ctx->request,
                                       "the Python interpreter is gone");

    default:
        return ngx_pyexec_run_answer_errno(ctx, err);
    }
}


static ngx_int_t
ngx_pyexec_run_answer_errno(ngx_pyexec_ctx_t *ctx, ngx_err_t err)
{
    u_char  details[NGX_MAX_ERROR_STR];

    *ngx_strerror(err, details, sizeof(details) - 1) = '\0';

    return ngx_pyexec_answer_error(ctx->request, (char *) details);
}


/* The connections take the worker's descriptors, whatever it returns. */

static ngx_int_t
ngx_pyexec_run_connect(ngx_pyexec_run_t *run, ngx_pyexec_fds_t *fds)
{
    int        *fd;
    ngx_log_t  *log;

    fd = fds->worker;
    log = run->pool->log;

    run->channel.connection = ngx_pyexec_pipe_connection(
                                  &fd[PYEXEC_WIRE_CHANNEL], run, log,
                                  ngx_pyexec_run_empty_handler,
                                  ngx_pyexec_run_write_handler);

    run->input.connection = ngx_pyexec_pipe_connection(
                                  &fd[PYEXEC_WIRE_STDIN], run, log,
                                  ngx_pyexec_run_empty_handler,
                                  ngx_pyexec_run_write_handler);

    run->output.connection = ngx_pyexec_pipe_connection(
                                  &fd[PYEXEC_WIRE_STDOUT], run, log,
                                  ngx_pyexec_run_read_handler,
                                  ngx_pyexec_run_empty_handler);

    run->error.connection = ngx_pyexec_pipe_connection(
                                  &fd[PYEXEC_WIRE_STDERR], run, log,
                                  ngx_pyexec_run_read_handler,
                                  ngx_pyexec_run_empty_handler);

    ngx_pyexec_pipe_close(fd);

    if (run->channel.connection == NULL
        || run->input.connection == NULL
        || run->output.connection == NULL
        || run->error.connection == NULL
        || ngx_handle_read_event(run->output.connection->read, 0) != NGX_OK
        || ngx_handle_read_event(run->error.connection->read, 0) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* Hands over the program and as much of its input as fits. */

static ngx_int_t
ngx_pyexec_run_program(ngx_pyexec_run_t *run)
{
    u_char                 *args, *p;
    ngx_str_t              *directory;
    ngx_uint_t              i;
    pyexec_request_t       *program;
    pyexec_wire_program_t  *header;

    program = &run->ctx->program;
    directory = &run->script.directory;

    header = ngx_pcalloc(run->pool, sizeof(pyexec_wire_program_t));
    if (header == NULL) {
        return NGX_ERROR;
    }

    header->flags = run->compile_only ? PYEXEC_WIRE_COMPILE_ONLY : 0;
    header->nargs = program->nargs;
    header->directory_len = directory->len + 1;
    header->code_len = program->code.len;

    /*
     * A second line behind the timer of this worker, should it not be there
     * to kill: threads of the run use all processors at most that long.
     */

    header->cpu_limit = (run->timeout / 1000 + 2) * ngx_ncpu;

    for (i = 0; i < program->nargs; i++) {
        header->args_len += program->args[i].len + 1;
    }

    args = ngx_pnalloc(run->pool, header->args_len);
    if (args == NULL) {
        return NGX_ERROR;
    }

    p = args;

    for (i = 0; i < program->nargs; i++) {
        p = ngx_cpymem(p, program->args[i].data, program->args[i].len + 1);
    }

    if (ngx_pyexec_input_append(&run->channel, header,
                                sizeof(pyexec_wire_program_t))
        != NGX_OK
        || ngx_pyexec_input_append(&run->channel, directory->data,
                                   directory->len + 1)
           != NGX_OK
        || ngx_pyexec_input_append(&run->channel, program->code.data,
                                   program->code.len)
           != NGX_OK
        || ngx_pyexec_input_append(&run->channel, args, header->args_len)
           != NGX_OK
        || ngx_pyexec_input_append(&run->input, program->input.data,
                                   program->input.len)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    run->started = ngx_pyexec_monotonic();
    ngx_add_timer(&run->timer, run->timeout);

    ngx_pyexec_input_write(&run->channel);
    ngx_pyexec_input_write(&run->input);

    return NGX_OK;
}


static void
ngx_pyexec_run_write_handler(ngx_event_t *wev)
{
    ngx_connection_t  *c;
    ngx_pyexec_run_t  *run;

    c = wev->data;
    run = c->data;

    ngx_pyexec_input_write(c == run->channel.connection ? &run->channel
                                                        : &run->input);
}


static void
ngx_pyexec_run_read_handler(ngx_event_t *rev)
{
    ngx_connection_t  *c;
    ngx_pyexec_run_t  *run;

    c = rev->data;
    run = c->data;

    if (c->close && run->spares == NULL) {
        /* the time of worker_shutdown_timeout is over */
        ngx_pyexec_run_kill(run);
    }

    ngx_pyexec_run_read(run, c == run->output.connection ? &run->output
                                                         : &run->error);
}


static void
ngx_pyexec_run_read(ngx_pyexec_run_t *run, ngx_pyexec_output_t *output)
{
    switch (ngx_pyexec_output_read(output)) {

    case NGX_OK:
        return;

    case NGX_DECLINED:
        run->flooded = 1;
        break;

    default:
        run->no_memory = 1;
    }

    ngx_pyexec_run_kill(run);
}


static void
ngx_pyexec_run_timeout_handler(ngx_event_t *ev)
{
    ngx_pyexec_run_t *run = ev->data;

    ngx_msec_t  elapsed;

    if (run->killed) {
        ngx_pyexec_zygote_replace(run->zygote, "did not end a killed run");
        return;
    }

    /* the timer counts from the time of the last event, a little earlier */

    elapsed = (ngx_msec_t) ((ngx_pyexec_monotonic() - run->started) / 1000000);

    if (elapsed < run->timeout) {
        ngx_add_timer(ev, run->timeout - elapsed);
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

    ngx_pyexec_input_close(&run->channel);
    ngx_pyexec_input_close(&run->input);

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

    if (run->spares) {
        /* one without a channel was not needed */
        ngx_pyexec_spare_gone(run, run->channel.connection != NULL);
        return;
    }

    /* nobody is left to write: what is in the pipes is all there is */

    ngx_pyexec_run_read(run, &run->output);
    ngx_pyexec_run_read(run, &run->error);

    /* who has the answer finds no script any more */

    ngx_pyexec_script_delete(&run->script, run->pool->log);

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

    ngx_pyexec_place_leave();

    ngx_pyexec_answer_finalize(ctx, rc);

    /* a dozen system calls that nobody waits for */

    ngx_pyexec_run_free(run);
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

    /*
     * A flood that ended by itself just in time is one all the same: what is
     * answered is cut.  Memory that ran out is no matter of the time that a
     * traceback or a kill took then.
     */

    if (run->flooded) {
        result->returncode = -SIGKILL;
        result->status = NGX_PYEXEC_OUTPUT_LIMIT;

    } else if (end->flags & PYEXEC_WIRE_OUT_OF_MEMORY) {
        result->status = NGX_PYEXEC_MEMORY;

    } else if (run->timed_out && result->returncode == -SIGKILL) {
        result->status = NGX_PYEXEC_TIMEOUT;
    }

    /* a process may be killed before it has its program */

    if (end->ended > run->started) {
        result->time = (double) (end->ended - run->started) / 1e9;
    }

    result->cpu_time = (double) end->cpu_time / 1e6;
    result->memory = end->memory;

    result->output.data = run->output.data;
    result->output.len = run->output.len;
    result->error.data = run->error.data;
    result->error.len = run->error.len;
}


void
ngx_pyexec_run_failed(ngx_pyexec_run_t *run, pyexec_wire_message_t *message)
{
    char    *step;
    u_char  *p, *last, details[NGX_MAX_ERROR_STR];

    message->step[sizeof(message->step) - 1] = '\0';

    /* should a program ever come to write it, it forges no line of the log */

    for (step = message->step; *step; step++) {
        if (*step < ' ' || *step > '~') {
            *step = '?';
        }
    }

    ngx_log_error(NGX_LOG_ALERT, run->pool->log, message->error,
                  "pyexec: %s in a zygote failed", message->step);

    last = details + sizeof(details) - 1;

    p = ngx_slprintf(details, last, "%s: ", message->step);
    *ngx_strerror(message->error, p, last - p) = '\0';

    if (run->spares) {
        ngx_pyexec_spare_gone(run, 1);
        return;
    }

    ngx_pyexec_run_answer_error(run, (char *) details);
}


void
ngx_pyexec_run_lost(ngx_pyexec_run_t *run)
{
    if (run->spares) {
        ngx_pyexec_spare_gone(run, 0);
        return;
    }

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
    ngx_pyexec_input_close(&run->channel);
    ngx_pyexec_input_close(&run->input);
    ngx_pyexec_output_free(&run->output);
    ngx_pyexec_output_free(&run->error);

    if (run->timer.timer_set) {
        ngx_del_timer(&run->timer);
    }

    ngx_pyexec_script_close(&run->script, run->pool->log);

    ngx_destroy_pool(run->pool);
}
