
#ifndef _NGX_PYEXEC_HEADERS_H_INCLUDED_
#define _NGX_PYEXEC_HEADERS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/*
 * Adds a header to the answer; the strings must live as long as the request.
 * NGX_ERROR without memory.
 */
ngx_int_t ngx_pyexec_headers_add(ngx_http_request_t *r, ngx_str_t *name,
    ngx_str_t *value);

/* The type and the length of a JSON body. */
void ngx_pyexec_headers_json(ngx_http_request_t *r, off_t length);

/* A header of the request by its name, in whatever case; or NULL. */
ngx_table_elt_t *ngx_pyexec_headers_find(ngx_http_request_t *r,
    ngx_str_t *name);


#endif /* _NGX_PYEXEC_HEADERS_H_INCLUDED_ */
