
#ifndef _NGX_PYEXEC_CORS_H_INCLUDED_
#define _NGX_PYEXEC_CORS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "../conf/ngx_pyexec_conf.h"


/*
 * Adds what the Fetch standard's CORS protocol asks for: to every answer the
 * origin, to the answer to OPTIONS what a preflight asks.
 */
ngx_int_t ngx_pyexec_cors_add(ngx_http_request_t *r,
    ngx_pyexec_loc_conf_t *plcf);


#endif /* _NGX_PYEXEC_CORS_H_INCLUDED_ */
