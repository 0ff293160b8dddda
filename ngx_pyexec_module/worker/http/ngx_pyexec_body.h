
#ifndef _NGX_PYEXEC_BODY_H_INCLUDED_
#define _NGX_PYEXEC_BODY_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/*
 * The whole body of a request that has been read, wherever nginx keeps it:
 * nowhere, in one buffer or several, in a file, or in both.  NGX_OK with
 * bytes that live as long as the request, or an HTTP status.
 */
ngx_int_t ngx_pyexec_body(ngx_http_request_t *r, ngx_str_t *body);


#endif /* _NGX_PYEXEC_BODY_H_INCLUDED_ */
