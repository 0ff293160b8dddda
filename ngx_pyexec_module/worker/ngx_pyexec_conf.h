
/*
 * What the directives mean beyond nginx's own slots, and how configurations
 * are made and merged.
 */


#ifndef _NGX_PYEXEC_CONF_H_INCLUDED_
#define _NGX_PYEXEC_CONF_H_INCLUDED_


#include "ngx_pyexec_module.h"


/* handlers of directives */

char *ngx_pyexec_conf_enable(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_pyexec_conf_allow(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_pyexec_conf_python(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_pyexec_conf_preload(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_pyexec_conf_queue(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_pyexec_conf_cors(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* post handlers: a limit of 0 would mean nothing, or none */

char *ngx_pyexec_conf_positive_msec(ngx_conf_t *cf, void *post, void *data);
char *ngx_pyexec_conf_positive_size(ngx_conf_t *cf, void *post, void *data);
char *ngx_pyexec_conf_positive_num(ngx_conf_t *cf, void *post, void *data);

void *ngx_pyexec_conf_create_main(ngx_conf_t *cf);
void *ngx_pyexec_conf_create_loc(ngx_conf_t *cf);
char *ngx_pyexec_conf_merge_loc(ngx_conf_t *cf, void *parent, void *child);

/* When all is merged: asks every interpreter whether it can be a zygote. */
ngx_int_t ngx_pyexec_conf_check_profiles(ngx_conf_t *cf);


#endif /* _NGX_PYEXEC_CONF_H_INCLUDED_ */
