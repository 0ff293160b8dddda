
#ifndef _NGX_PYEXEC_VARIABLES_H_INCLUDED_
#define _NGX_PYEXEC_VARIABLES_H_INCLUDED_


#include "../ngx_pyexec_module.h"


/* The $pyexec_... variables. */
ngx_int_t ngx_pyexec_variables_add(ngx_conf_t *cf);


#endif /* _NGX_PYEXEC_VARIABLES_H_INCLUDED_ */
