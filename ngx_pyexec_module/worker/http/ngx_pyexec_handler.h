
#ifndef _NGX_PYEXEC_HANDLER_H_INCLUDED_
#define _NGX_PYEXEC_HANDLER_H_INCLUDED_


#include "../ngx_pyexec_module.h"


/* The content handler of a location with "pyexec on". */
ngx_int_t ngx_pyexec_handler(ngx_http_request_t *r);


#endif /* _NGX_PYEXEC_HANDLER_H_INCLUDED_ */
