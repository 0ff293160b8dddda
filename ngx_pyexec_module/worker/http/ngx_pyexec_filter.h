
#ifndef _NGX_PYEXEC_FILTER_H_INCLUDED_
#define _NGX_PYEXEC_FILTER_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/*
 * The filters that give every answer of a location its CORS headers, and a
 * JSON body to the errors that nginx itself answers with.
 */
ngx_int_t ngx_pyexec_filter_init(ngx_conf_t *cf);


#endif /* _NGX_PYEXEC_FILTER_H_INCLUDED_ */
