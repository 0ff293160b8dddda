
#ifndef _NGX_PYEXEC_VARIABLES_H_INCLUDED_
#define _NGX_PYEXEC_VARIABLES_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/* The $pyexec_... variables. */
ngx_int_t ngx_pyexec_variables_add(ngx_conf_t *cf);


#endif /* _NGX_PYEXEC_VARIABLES_H_INCLUDED_ */
