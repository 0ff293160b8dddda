
#include "ngx_pyexec_request.h"
#include "ngx_pyexec_answer.h"


static void ngx_pyexec_request_keep(ngx_pyexec_ctx_t *ctx,
    ngx_pyexec_reply_t *reply);


void
ngx_pyexec_request_finish(ngx_pyexec_ctx_t *ctx, ngx_pyexec_reply_t *reply)
{
    ngx_int_t            rc;
    ngx_http_request_t  *r;

    if (ctx->state == NGX_PYEXEC_REQUEST_FINISHED) {
        return;
    }

    r = ctx->request;

    ngx_pyexec_request_keep(ctx, reply);

    /* a subrequest that a thread checks is then ended by its own means */

    ctx->state = reply->kind == NGX_PYEXEC_REPLY_LEFT
                 && ctx->state == NGX_PYEXEC_REQUEST_CHECKING
                 ? NGX_PYEXEC_REQUEST_LEFT : NGX_PYEXEC_REQUEST_FINISHED;

    if (reply->kind == NGX_PYEXEC_REPLY_LEFT) {
        ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                       "pyexec request left");
        return;
    }

    ngx_http_set_log_request(r->connection->log, r);

    rc = ngx_pyexec_answer(ctx, reply);

    ngx_log_debug5(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "pyexec request finished, run: %*s, reply: %d, "
                   "status: %ui, rc: %i",
                   (size_t) (ctx->started ? NGX_PYEXEC_UUID_LEN : 0),
                   ctx->run_id, reply->kind, r->headers_out.status, rc);

    ngx_http_finalize_request(r, rc);
}


/* What the variables tell of the job, which is let go. */

static void
ngx_pyexec_request_keep(ngx_pyexec_ctx_t *ctx, ngx_pyexec_reply_t *reply)
{
    ngx_pyexec_job_t  *job;

    job = ctx->job;

    if (job == NULL) {
        return;
    }

    ctx->job = NULL;

    if (job->started) {
        ctx->started = 1;
        ctx->queue_time = job->queue_time;
        ngx_memcpy(ctx->run_id, job->id, NGX_PYEXEC_UUID_LEN);
    }

    if (reply->outcome && reply->outcome->kind == NGX_PYEXEC_OUTCOME_ENDED) {
        ctx->outcome = *reply->outcome;
        ctx->status = ngx_pyexec_answer_status(reply->outcome);
    }

    ngx_pyexec_job_abandon(job);
}


void
ngx_pyexec_request_fail(ngx_pyexec_ctx_t *ctx, ngx_int_t rc)
{
    ngx_pyexec_reply_t  reply;

    ngx_memzero(&reply, sizeof(ngx_pyexec_reply_t));

    reply.kind = NGX_PYEXEC_REPLY_STATUS;
    reply.rc = rc;

    ngx_pyexec_request_finish(ctx, &reply);
}
