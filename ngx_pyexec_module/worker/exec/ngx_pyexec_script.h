
/*
 * The script of a run, on disk while it runs: "UUID.py", which an operator
 * finds by the run's id, and where a run has no file system of its own also
 * "UUID/main.py", which leads to it: there the interpreter looks for the lines
 * of a traceback.
 */


#ifndef _NGX_PYEXEC_SCRIPT_H_INCLUDED_
#define _NGX_PYEXEC_SCRIPT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


#define NGX_PYEXEC_UUID_LEN  36


typedef struct {
    ngx_fd_t                    fd;             /* NGX_INVALID_FILE: none */
    u_char                     *name;           /* with a NUL; or NULL */
    ngx_str_t                   directory;      /* or none: ""; with a NUL */
} ngx_pyexec_script_t;


/* A random UUID, without a NUL; NGX_ERROR with a line in the log. */
ngx_int_t ngx_pyexec_script_uuid(u_char id[NGX_PYEXEC_UUID_LEN],
    ngx_log_t *log);

/*
 * Writes the code below "path" under the name "id", with a directory for the
 * run or without.  The file is locked while its worker lives.  NGX_ERROR with
 * errno set and the reason in the log.
 */
ngx_int_t ngx_pyexec_script_create(ngx_pyexec_script_t *script,
    ngx_path_t *path, ngx_uint_t directory, ngx_str_t *code, u_char *id,
    ngx_pool_t *pool);

/* Nobody finds it any more. */
void ngx_pyexec_script_delete(ngx_pyexec_script_t *script, ngx_log_t *log);

/*
 * And its file is gone, which takes the time of several system calls.  A
 * no-op when it is.
 */
void ngx_pyexec_script_close(ngx_pyexec_script_t *script, ngx_log_t *log);

/* Deletes the scripts of workers that are no more. */
void ngx_pyexec_script_sweep(ngx_path_t *path, ngx_log_t *log);


#endif /* _NGX_PYEXEC_SCRIPT_H_INCLUDED_ */
