
#ifndef _NGX_PYEXEC_ZYGOTE_LOG_H_INCLUDED_
#define _NGX_PYEXEC_ZYGOTE_LOG_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * A pipe whose lines, what a zygote and its modules print, go to the error
 * log.  Returns the end to write to, which is the caller's, or
 * NGX_INVALID_FILE.  The other end closes itself when the last writer has
 * closed this one.
 */
ngx_fd_t ngx_pyexec_zygote_log_open(void);

/* Closes all that are open: the worker exits. */
void ngx_pyexec_zygote_log_close(void);


#endif /* _NGX_PYEXEC_ZYGOTE_LOG_H_INCLUDED_ */
