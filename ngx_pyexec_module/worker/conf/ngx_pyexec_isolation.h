
/*
 * What isolates and limits the runs of a location: its directives, their
 * defaults and what they may be together.
 */


#ifndef _NGX_PYEXEC_ISOLATION_H_INCLUDED_
#define _NGX_PYEXEC_ISOLATION_H_INCLUDED_


#include "ngx_pyexec_conf.h"


/* Handlers of directives. */

char *ngx_pyexec_isolation_mode(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_pyexec_isolation_network(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_pyexec_isolation_memory(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_pyexec_isolation_processes(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_pyexec_isolation_scratch(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_pyexec_isolation_read_only(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_pyexec_isolation_cgroup(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

void ngx_pyexec_isolation_init(ngx_pyexec_loc_conf_t *conf);
void ngx_pyexec_isolation_merge(ngx_pyexec_loc_conf_t *prev,
    ngx_pyexec_loc_conf_t *conf);

/* Of a merged endpoint: NGX_ERROR with a line in the log for the senseless. */
ngx_int_t ngx_pyexec_isolation_check(ngx_conf_t *cf,
    ngx_pyexec_loc_conf_t *conf);


#endif /* _NGX_PYEXEC_ISOLATION_H_INCLUDED_ */
