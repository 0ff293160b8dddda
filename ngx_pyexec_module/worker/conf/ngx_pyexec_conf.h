
/*
 * How the configurations are made and merged.
 */


#ifndef _NGX_PYEXEC_CONF_H_INCLUDED_
#define _NGX_PYEXEC_CONF_H_INCLUDED_


#include "../ngx_pyexec_module.h"


void *ngx_pyexec_conf_create_main(ngx_conf_t *cf);
void *ngx_pyexec_conf_create_loc(ngx_conf_t *cf);
char *ngx_pyexec_conf_merge_loc(ngx_conf_t *cf, void *parent, void *child);


#endif /* _NGX_PYEXEC_CONF_H_INCLUDED_ */
