
/*
 * Where a directive stands in the configuration: what is found when all is
 * merged is told with the line of its directive.
 */


#ifndef _NGX_PYEXEC_POSITION_H_INCLUDED_
#define _NGX_PYEXEC_POSITION_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


typedef struct {
    ngx_str_t                   file;
    ngx_uint_t                  line;           /* 0: not set */
} ngx_pyexec_position_t;


/* The directive that is being read. */
void ngx_pyexec_position_set(ngx_conf_t *cf, ngx_pyexec_position_t *position);


#endif /* _NGX_PYEXEC_POSITION_H_INCLUDED_ */
