
#include "ngx_pyexec_variables.h"
#include "ngx_pyexec_ctx.h"


/* digits of a 64-bit integer with a sign, more than any time has */
#define NGX_PYEXEC_NUMBER_LEN  32


typedef enum {
    NGX_PYEXEC_VAR_STATUS = 0,
    NGX_PYEXEC_VAR_RETURNCODE,
    NGX_PYEXEC_VAR_TIME,
    NGX_PYEXEC_VAR_CPU_TIME,
    NGX_PYEXEC_VAR_MEMORY,
    NGX_PYEXEC_VAR_QUEUE_TIME,
    NGX_PYEXEC_VAR_RULE,
    NGX_PYEXEC_VAR_RUN_ID
} ngx_pyexec_variable_e;


static ngx_int_t ngx_pyexec_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_uint_t ngx_pyexec_variable_set(ngx_pyexec_ctx_t *ctx,
    ngx_pyexec_variable_e name);
static u_char *ngx_pyexec_variable_write(ngx_pyexec_ctx_t *ctx,
    ngx_pyexec_variable_e name, u_char *p);


static ngx_http_variable_t  ngx_pyexec_vars[] = {

    { ngx_string("pyexec_status"), NULL, ngx_pyexec_variable,
      NGX_PYEXEC_VAR_STATUS, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("pyexec_returncode"), NULL, ngx_pyexec_variable,
      NGX_PYEXEC_VAR_RETURNCODE, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("pyexec_time"), NULL, ngx_pyexec_variable,
      NGX_PYEXEC_VAR_TIME, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("pyexec_cpu_time"), NULL, ngx_pyexec_variable,
      NGX_PYEXEC_VAR_CPU_TIME, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("pyexec_memory"), NULL, ngx_pyexec_variable,
      NGX_PYEXEC_VAR_MEMORY, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("pyexec_queue_time"), NULL, ngx_pyexec_variable,
      NGX_PYEXEC_VAR_QUEUE_TIME, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("pyexec_rule"), NULL, ngx_pyexec_variable,
      NGX_PYEXEC_VAR_RULE, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("pyexec_run_id"), NULL, ngx_pyexec_variable,
      NGX_PYEXEC_VAR_RUN_ID, NGX_HTTP_VAR_NOCACHEABLE, 0 },

      ngx_http_null_variable
};


ngx_int_t
ngx_pyexec_variables_add(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var, *v;

    for (v = ngx_pyexec_vars; v->name.len; v++) {
        var = ngx_http_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_pyexec_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    u_char            *p;
    ngx_pyexec_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_pyexec_module);

    if (ctx == NULL || !ngx_pyexec_variable_set(ctx, data)) {
        v->not_found = 1;
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, ngx_max(PYEXEC_POLICY_RULE_SIZE,
                                     NGX_PYEXEC_UUID_LEN)
                             + NGX_PYEXEC_NUMBER_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    v->data = p;
    v->len = ngx_pyexec_variable_write(ctx, data, p) - p;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


static ngx_uint_t
ngx_pyexec_variable_set(ngx_pyexec_ctx_t *ctx, ngx_pyexec_variable_e name)
{
    switch (name) {

    case NGX_PYEXEC_VAR_RULE:
        return ctx->refused;

    case NGX_PYEXEC_VAR_QUEUE_TIME:
    case NGX_PYEXEC_VAR_RUN_ID:
        return ctx->started;

    default:
        return ctx->status != NULL;
    }
}


static u_char *
ngx_pyexec_variable_write(ngx_pyexec_ctx_t *ctx, ngx_pyexec_variable_e name,
    u_char *p)
{
    ngx_pyexec_outcome_t *outcome = &ctx->outcome;

    switch (name) {

    case NGX_PYEXEC_VAR_STATUS:
        return ngx_sprintf(p, "%s", ctx->status);

    case NGX_PYEXEC_VAR_RETURNCODE:
        return ngx_sprintf(p, "%i", outcome->returncode);

    case NGX_PYEXEC_VAR_TIME:
        return ngx_sprintf(p, "%.4f", outcome->time);

    case NGX_PYEXEC_VAR_CPU_TIME:
        return ngx_sprintf(p, "%.6f", outcome->cpu_time);

    case NGX_PYEXEC_VAR_MEMORY:
        return ngx_sprintf(p, "%uL", outcome->memory);

    case NGX_PYEXEC_VAR_QUEUE_TIME:
        return ngx_sprintf(p, "%.4f", ctx->queue_time);

    case NGX_PYEXEC_VAR_RULE:
        return ngx_sprintf(p, "%s", ctx->check.verdict.rule);

    default: /* NGX_PYEXEC_VAR_RUN_ID */
        return ngx_cpymem(p, ctx->run_id, NGX_PYEXEC_UUID_LEN);
    }
}
