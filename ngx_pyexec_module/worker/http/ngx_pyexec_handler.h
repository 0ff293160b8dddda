
#ifndef _NGX_PYEXEC_HANDLER_H_INCLUDED_
#define _NGX_PYEXEC_HANDLER_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/* Of a location with "pyexec on": the way of a request, step by step. */
ngx_int_t ngx_pyexec_handler(ngx_http_request_t *r);


#endif /* _NGX_PYEXEC_HANDLER_H_INCLUDED_ */
