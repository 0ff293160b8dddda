
/*
 * The pipes of a run: what is written to its program and its standard input,
 * and what is read from its outputs, as fast as both sides go and never
 * waiting.
 */


#ifndef _NGX_PYEXEC_PIPE_H_INCLUDED_
#define _NGX_PYEXEC_PIPE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "../../wire/wire.h"


/* The two ends of everything that PYEXEC_WIRE_SPAWN passes; -1 is closed. */

typedef struct {
    int                         worker[PYEXEC_WIRE_NFDS];
    int                         child[PYEXEC_WIRE_NFDS];
} ngx_pyexec_fds_t;


typedef struct {
    ngx_connection_t           *connection;     /* NULL when all is written */
    ngx_chain_t                *chain;
    ngx_pool_t                 *pool;
} ngx_pyexec_input_t;


/* Standard output and standard error, as they lie in an array. */

enum {
    NGX_PYEXEC_STDOUT = 0,
    NGX_PYEXEC_STDERR,
    NGX_PYEXEC_NOUTPUTS
};


typedef struct {
    ngx_connection_t           *connection;     /* NULL at end of file */
    unsigned                    refused:1;      /* nobody takes more of it */
} ngx_pyexec_output_t;


/*
 * Takes bytes that were read, and which are gone when it returns.  Anything
 * but NGX_OK: it takes no more, ever.
 */
typedef ngx_int_t (*ngx_pyexec_sink_pt)(void *data, u_char *p, size_t len);


/* NGX_ERROR with errno set when the machine has no more descriptors. */
ngx_int_t ngx_pyexec_pipe_open(ngx_pyexec_fds_t *fds);
void ngx_pyexec_pipe_close(int fds[PYEXEC_WIRE_NFDS]);

/*
 * A connection for the descriptor, which it takes (*fd becomes -1), with both
 * handlers set; NULL when worker_connections are exhausted.
 */
ngx_connection_t *ngx_pyexec_pipe_connection(int *fd, void *data,
    ngx_log_t *log, ngx_event_handler_pt read, ngx_event_handler_pt write);

/* The handler of a direction in which a connection is not used. */
void ngx_pyexec_pipe_empty_handler(ngx_event_t *ev);

/*
 * Appends bytes, which must stay where they are until they are written.
 * NGX_ERROR without memory.
 */
ngx_int_t ngx_pyexec_input_append(ngx_pyexec_input_t *input,
    const void *data, size_t len);

/* Writes what the reader takes; closes when all is written or it left. */
void ngx_pyexec_input_write(ngx_pyexec_input_t *input);

void ngx_pyexec_input_close(ngx_pyexec_input_t *input);

/*
 * Gives what is there to the sink, no more at a time than a pipe holds.  An
 * output that was refused stays open, and nothing more is read from it: the
 * program that writes it ends by a kill, not by SIGPIPE.
 */
void ngx_pyexec_output_read(ngx_pyexec_output_t *output,
    ngx_pyexec_sink_pt sink, void *data);

/* Whether somebody has written to one of them, or all writers are gone. */
ngx_uint_t ngx_pyexec_output_touched(ngx_pyexec_output_t *outputs,
    ngx_uint_t n);

void ngx_pyexec_output_close(ngx_pyexec_output_t *output);


#endif /* _NGX_PYEXEC_PIPE_H_INCLUDED_ */
