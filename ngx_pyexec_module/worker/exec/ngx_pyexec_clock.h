
#ifndef _NGX_PYEXEC_CLOCK_H_INCLUDED_
#define _NGX_PYEXEC_CLOCK_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * Nanoseconds of CLOCK_MONOTONIC, which the zygotes use, too.  Unlike
 * ngx_current_msec it does not stand still while the worker is busy.
 */
uint64_t ngx_pyexec_monotonic(void);


#endif /* _NGX_PYEXEC_CLOCK_H_INCLUDED_ */
