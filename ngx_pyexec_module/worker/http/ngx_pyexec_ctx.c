
#include "ngx_pyexec_ctx.h"
#include "../../api/execute.h"


ngx_pyexec_ctx_t *
ngx_pyexec_ctx_get(ngx_http_request_t *r)
{
    ngx_pyexec_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_pyexec_module);

    if (ctx == NULL) {
        ctx = ngx_pcalloc(r->pool, sizeof(ngx_pyexec_ctx_t));
        if (ctx == NULL) {
            return NULL;
        }

        ctx->request = r;
        ctx->conf = ngx_http_get_module_loc_conf(r, ngx_pyexec_module);
        ctx->api = &pyexec_api_execute;
        ngx_http_set_ctx(r, ctx, ngx_pyexec_module);
    }

    return ctx;
}
