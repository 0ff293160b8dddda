
#include "ngx_pyexec_run.h"
#include "ngx_pyexec_clock.h"

#include <sys/wait.h>


/* a zygote that has not ended a killed run by then is stuck, milliseconds */
#define NGX_PYEXEC_KILL_TIMEOUT  10000

/* a run and the header of its program, bytes */
#define NGX_PYEXEC_RUN_POOL      2048

/*
 * A second line behind the timer of this worker, should it not be there to
 * kill: seconds of CPU time beyond the timeout.
 */
#define NGX_PYEXEC_CPU_GRACE     2


static ngx_pyexec_run_t *ngx_pyexec_run_create(void);
static ngx_int_t ngx_pyexec_run_connect(ngx_pyexec_run_t *run,
    ngx_pyexec_fds_t *fds);
static pyexec_wire_program_t *ngx_pyexec_run_header(ngx_pyexec_run_t *run,
    ngx_pyexec_program_t *program, ngx_str_t *directory);

static void ngx_pyexec_run_write_handler(ngx_event_t *wev);
static void ngx_pyexec_run_read_handler(ngx_event_t *rev);
static void ngx_pyexec_run_read(ngx_pyexec_run_t *run, ngx_uint_t stream);
static ngx_int_t ngx_pyexec_run_stdout(void *data, u_char *p, size_t len);
static ngx_int_t ngx_pyexec_run_stderr(void *data, u_char *p, size_t len);
static void ngx_pyexec_run_timeout_handler(ngx_event_t *ev);

static void ngx_pyexec_run_gone(ngx_pyexec_child_t *child,
    pyexec_wire_message_t *message);
static void ngx_pyexec_run_ended(ngx_pyexec_run_t *run,
    pyexec_wire_message_t *end, ngx_pyexec_outcome_t *outcome);
static void ngx_pyexec_run_failed(ngx_pyexec_run_t *run,
    pyexec_wire_message_t *message, ngx_pyexec_outcome_t *outcome);


static ngx_pyexec_sink_pt  ngx_pyexec_run_sinks[NGX_PYEXEC_NOUTPUTS] = {
    ngx_pyexec_run_stdout,
    ngx_pyexec_run_stderr
};


ngx_int_t
ngx_pyexec_run_spawn(ngx_pyexec_zygote_t *zygote,
    const ngx_pyexec_run_events_t *events, void *data,
    ngx_pyexec_run_t **spawned)
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

    ngx_pyexec_run_give(run, events, data);

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

    rc = ngx_pyexec_zygote_spawn(zygote, &run->child, fds.child);

    ngx_pyexec_pipe_close(fds.child);

    if (rc != NGX_OK) {
        ngx_pyexec_run_free(run);
        return rc == NGX_BUSY ? NGX_BUSY : NGX_ABORT;
    }

    /* from here on the zygote knows the run: it ends by its message only */

    *spawned = run;

    return NGX_OK;
}


void
ngx_pyexec_run_give(ngx_pyexec_run_t *run,
    const ngx_pyexec_run_events_t *events, void *data)
{
    run->events = events;
    run->data = data;
}


ngx_uint_t
ngx_pyexec_run_untouched(ngx_pyexec_run_t *run)
{
    return run->state == NGX_PYEXEC_RUN_SPAWNED
           && !ngx_pyexec_output_touched(run->outputs, NGX_PYEXEC_NOUTPUTS);
}


static ngx_pyexec_run_t *
ngx_pyexec_run_create(void)
{
    ngx_pool_t        *pool;
    ngx_pyexec_run_t  *run;

    pool = ngx_create_pool(NGX_PYEXEC_RUN_POOL, ngx_cycle->log);
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
    run->child.gone = ngx_pyexec_run_gone;

    run->timer.handler = ngx_pyexec_run_timeout_handler;
    run->timer.data = run;
    run->timer.log = pool->log;

    return run;
}


/* The connections take the worker's descriptors, whatever it returns. */

static ngx_int_t
ngx_pyexec_run_connect(ngx_pyexec_run_t *run, ngx_pyexec_fds_t *fds)
{
    int                  *fd;
    ngx_log_t            *log;
    ngx_pyexec_output_t  *out, *err;

    fd = fds->worker;
    log = run->pool->log;
    out = &run->outputs[NGX_PYEXEC_STDOUT];
    err = &run->outputs[NGX_PYEXEC_STDERR];

    run->channel.connection = ngx_pyexec_pipe_connection(
                                  &fd[PYEXEC_WIRE_CHANNEL], run, log,
                                  ngx_pyexec_pipe_empty_handler,
                                  ngx_pyexec_run_write_handler);

    run->input.connection = ngx_pyexec_pipe_connection(
                                  &fd[PYEXEC_WIRE_STDIN], run, log,
                                  ngx_pyexec_pipe_empty_handler,
                                  ngx_pyexec_run_write_handler);

    out->connection = ngx_pyexec_pipe_connection(
                                  &fd[PYEXEC_WIRE_STDOUT], run, log,
                                  ngx_pyexec_run_read_handler,
                                  ngx_pyexec_pipe_empty_handler);

    err->connection = ngx_pyexec_pipe_connection(
                                  &fd[PYEXEC_WIRE_STDERR], run, log,
                                  ngx_pyexec_run_read_handler,
                                  ngx_pyexec_pipe_empty_handler);

    ngx_pyexec_pipe_close(fd);

    if (run->channel.connection == NULL
        || run->input.connection == NULL
        || out->connection == NULL
        || err->connection == NULL
        || ngx_handle_read_event(out->connection->read, 0) != NGX_OK
        || ngx_handle_read_event(err->connection->read, 0) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_int_t
ngx_pyexec_run_begin(ngx_pyexec_run_t *run, ngx_pyexec_program_t *program,
    ngx_str_t *directory)
{
    ngx_pyexec_input_t     *channel;
    pyexec_wire_program_t  *header;

    channel = &run->channel;

    header = ngx_pyexec_run_header(run, program, directory);

    if (header == NULL
        || ngx_pyexec_input_append(channel, header,
                                   sizeof(pyexec_wire_program_t))
           != NGX_OK
        || ngx_pyexec_input_append(channel, directory->data,
                                   directory->len + 1)
           != NGX_OK
        || ngx_pyexec_input_append(channel, program->code.data,
                                   program->code.len)
           != NGX_OK
        || ngx_pyexec_input_append(channel, program->args.data,
                                   program->args.len)
           != NGX_OK
        || ngx_pyexec_input_append(&run->input, program->input.data,
                                   program->input.len)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    run->child.working = 1;
    run->state = NGX_PYEXEC_RUN_RUNNING;
    run->timeout = program->timeout;
    run->began = ngx_pyexec_monotonic();

    ngx_add_timer(&run->timer, run->timeout);

    ngx_pyexec_input_write(channel);
    ngx_pyexec_input_write(&run->input);

    return NGX_OK;
}


static pyexec_wire_program_t *
ngx_pyexec_run_header(ngx_pyexec_run_t *run, ngx_pyexec_program_t *program,
    ngx_str_t *directory)
{
    pyexec_wire_program_t  *header;

    header = ngx_pcalloc(run->pool, sizeof(pyexec_wire_program_t));
    if (header == NULL) {
        return NULL;
    }

    header->flags = program->compile_only ? PYEXEC_WIRE_COMPILE_ONLY : 0;
    header->nargs = program->nargs;
    header->directory_len = directory->len + 1;
    header->code_len = program->code.len;
    header->args_len = program->args.len;

    /* threads of the run use all processors at most that long */

    header->cpu_limit = (program->timeout / 1000 + NGX_PYEXEC_CPU_GRACE)
                        * ngx_ncpu;

    return header;
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

    /* what writes or ends without a program will not get one any more */

    if (run->state == NGX_PYEXEC_RUN_SPAWNED) {
        ngx_pyexec_output_close(
                         c == run->outputs[NGX_PYEXEC_STDOUT].connection
                         ? &run->outputs[NGX_PYEXEC_STDOUT]
                         : &run->outputs[NGX_PYEXEC_STDERR]);
        return;
    }

    if (c->close) {
        /* the time of worker_shutdown_timeout is over */
        ngx_pyexec_run_kill(run, NGX_PYEXEC_CAUSE_SHUTDOWN);
    }

    ngx_pyexec_run_read(run, c == run->outputs[NGX_PYEXEC_STDOUT].connection
                             ? NGX_PYEXEC_STDOUT : NGX_PYEXEC_STDERR);
}


static void
ngx_pyexec_run_read(ngx_pyexec_run_t *run, ngx_uint_t stream)
{
    ngx_pyexec_output_read(&run->outputs[stream],
                           ngx_pyexec_run_sinks[stream], run);
}


static ngx_int_t
ngx_pyexec_run_stdout(void *data, u_char *p, size_t len)
{
    ngx_pyexec_run_t *run = data;

    return run->events->output(run, NGX_PYEXEC_STDOUT, p, len);
}


static ngx_int_t
ngx_pyexec_run_stderr(void *data, u_char *p, size_t len)
{
    ngx_pyexec_run_t *run = data;

    return run->events->output(run, NGX_PYEXEC_STDERR, p, len);
}


static void
ngx_pyexec_run_timeout_handler(ngx_event_t *ev)
{
    ngx_pyexec_run_t *run = ev->data;

    ngx_msec_t  elapsed;

    if (run->state == NGX_PYEXEC_RUN_KILLING) {
        ngx_pyexec_zygote_replace(run->child.zygote,
                                  "did not end a killed run");
        return;
    }

    /* the timer counts from the time of the last event, a little earlier */

    elapsed = (ngx_msec_t) ((ngx_pyexec_monotonic() - run->began) / 1000000);

    if (elapsed < run->timeout) {
        ngx_add_timer(ev, run->timeout - elapsed);
        return;
    }

    ngx_pyexec_run_kill(run, NGX_PYEXEC_CAUSE_TIMEOUT);
}


void
ngx_pyexec_run_kill(ngx_pyexec_run_t *run, ngx_pyexec_cause_e cause)
{
    if (run->state >= NGX_PYEXEC_RUN_KILLING) {
        return;
    }

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, run->pool->log, 0,
                   "pyexec child %uD kill, cause: %d", run->child.id, cause);

    run->state = NGX_PYEXEC_RUN_KILLING;
    run->cause = cause;
    ngx_pyexec_zygote_kill(&run->child);

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
ngx_pyexec_run_hang_up(ngx_pyexec_run_t *run)
{
    ngx_pyexec_input_close(&run->channel);
    ngx_pyexec_input_close(&run->input);
}


static void
ngx_pyexec_run_gone(ngx_pyexec_child_t *child, pyexec_wire_message_t *message)
{
    ngx_pyexec_run_t      *run;
    ngx_pyexec_outcome_t   outcome;

    run = ngx_queue_data(child, ngx_pyexec_run_t, child);

    ngx_memzero(&outcome, sizeof(ngx_pyexec_outcome_t));

    /* nobody is left to write: what is in the pipes is all there is */

    if (message && child->working) {
        ngx_pyexec_run_read(run, NGX_PYEXEC_STDOUT);
        ngx_pyexec_run_read(run, NGX_PYEXEC_STDERR);
    }

    if (message == NULL) {
        outcome.kind = NGX_PYEXEC_OUTCOME_LOST;

    } else if (message->type == PYEXEC_WIRE_FAILED) {
        ngx_pyexec_run_failed(run, message, &outcome);

    } else {
        ngx_pyexec_run_ended(run, message, &outcome);
    }

    run->state = NGX_PYEXEC_RUN_GONE;
    run->events->done(run, &outcome);
}


static void
ngx_pyexec_run_ended(ngx_pyexec_run_t *run, pyexec_wire_message_t *end,
    ngx_pyexec_outcome_t *outcome)
{
    /* another one may have its program, unless it was this worker's kill */

    outcome->kind = (end->flags & PYEXEC_WIRE_UNSTARTED)
                    && run->cause == NGX_PYEXEC_CAUSE_NONE
                    ? NGX_PYEXEC_OUTCOME_UNSTARTED
                    : NGX_PYEXEC_OUTCOME_ENDED;

    outcome->returncode = WIFSIGNALED(end->status)
                          ? - (ngx_int_t) WTERMSIG(end->status)
                          : WEXITSTATUS(end->status);

    /*
     * What was more than the limit is cut, and so a flood also where the
     * program ended by itself just in time.  Memory that ran out is no matter
     * of the time that a traceback or a kill took then.  And a program that
     * ended before it was killed has ended in time.
     */

    if (run->cause == NGX_PYEXEC_CAUSE_OUTPUT
        || run->cause == NGX_PYEXEC_CAUSE_NO_MEMORY)
    {
        outcome->returncode = -SIGKILL;
        outcome->cause = run->cause;

    } else if (end->flags & PYEXEC_WIRE_OUT_OF_MEMORY) {
        outcome->cause = NGX_PYEXEC_CAUSE_MEMORY;

    } else if (outcome->returncode == -SIGKILL) {
        outcome->cause = run->cause;
    }

    /* a process may be killed before it has its program */

    if (end->ended > run->began && run->began) {
        outcome->time = (double) (end->ended - run->began) / 1e9;
    }

    outcome->cpu_time = (double) end->cpu_time / 1e6;
    outcome->memory = end->memory;
}


static void
ngx_pyexec_run_failed(ngx_pyexec_run_t *run, pyexec_wire_message_t *message,
    ngx_pyexec_outcome_t *outcome)
{
    u_char  *p;

    message->step[sizeof(message->step) - 1] = '\0';

    /* should a program ever come to write it, it forges no line of the log */

    for (p = (u_char *) message->step; *p; p++) {
        if (*p < ' ' || *p > '~') {
            *p = '?';
        }
    }

    ngx_log_error(NGX_LOG_ALERT, run->pool->log, message->error,
                  "pyexec: %s in a zygote failed", message->step);

    outcome->kind = NGX_PYEXEC_OUTCOME_FAILED;
    outcome->err = message->error;
    ngx_cpystrn(outcome->step, (u_char *) message->step,
                NGX_PYEXEC_STEP_LEN);
}


void
ngx_pyexec_run_free(ngx_pyexec_run_t *run)
{
    ngx_pyexec_run_hang_up(run);

    ngx_pyexec_output_close(&run->outputs[NGX_PYEXEC_STDOUT]);
    ngx_pyexec_output_close(&run->outputs[NGX_PYEXEC_STDERR]);

    if (run->timer.timer_set) {
        ngx_del_timer(&run->timer);
    }

    ngx_destroy_pool(run->pool);
}
