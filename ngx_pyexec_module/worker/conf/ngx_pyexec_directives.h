
/*
 * Handlers of the directives for which nginx has no slot.
 */


#ifndef _NGX_PYEXEC_DIRECTIVES_H_INCLUDED_
#define _NGX_PYEXEC_DIRECTIVES_H_INCLUDED_


#include "ngx_pyexec_conf.h"


/* the time in a queue, unless "timeout=" says another, milliseconds */
#define NGX_PYEXEC_QUEUE_TIMEOUT  5000


char *ngx_pyexec_directive_enable(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_pyexec_directive_allow(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_pyexec_directive_python(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_pyexec_directive_preload(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_pyexec_directive_queue(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_pyexec_directive_cors(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* Post handlers of slots: a limit of 0 would mean nothing, or none. */

char *ngx_pyexec_directive_positive_msec(ngx_conf_t *cf, void *post,
    void *data);
char *ngx_pyexec_directive_positive_size(ngx_conf_t *cf, void *post,
    void *data);
char *ngx_pyexec_directive_positive_num(ngx_conf_t *cf, void *post,
    void *data);


#endif /* _NGX_PYEXEC_DIRECTIVES_H_INCLUDED_ */
