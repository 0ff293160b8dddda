
/*
 * How the configurations are made and merged.
 */


#ifndef _NGX_PYEXEC_MERGE_H_INCLUDED_
#define _NGX_PYEXEC_MERGE_H_INCLUDED_


#include "ngx_pyexec_conf.h"


void *ngx_pyexec_merge_create_main(ngx_conf_t *cf);
void *ngx_pyexec_merge_create_loc(ngx_conf_t *cf);
char *ngx_pyexec_merge_loc(ngx_conf_t *cf, void *parent, void *child);


#endif /* _NGX_PYEXEC_MERGE_H_INCLUDED_ */
