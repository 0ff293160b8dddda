
/*
 * The pipes of a run: what is written to its program and its standard input,
 * and what is read from its outputs, as fast as both sides go and never
 * waiting.
 */


#ifndef _NGX_PYEXEC_PIPE_H_INCLUDED_
#define _NGX_PYEXEC_PIPE_H_INCLUDED_


#include "../ngx_pyexec_module.h"


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


typedef struct {
    ngx_connection_t           *connection;     /* NULL at end of file */
    u_char                     *data;           /* ngx_alloc()ed */
    size_t                      len;
    size_t                      size;
    size_t                      limit;
} ngx_pyexec_output_t;


/* NGX_ERROR with errno set when the machine has no more descriptors. */
ngx_int_t ngx_pyexec_pipe_open(ngx_pyexec_fds_t *fds);
void ngx_pyexec_pipe_close(int fds[PYEXEC_WIRE_NFDS]);

/*
 * A connection for the descriptor, which it takes (*fd becomes -1), with the
 * handlers set; NULL when worker_connections are exhausted.
 */
ngx_connection_t *ngx_pyexec_pipe_connection(int *fd, void *data,
    ngx_log_t *log, ngx_event_handler_pt read, ngx_event_handler_pt write);

/* Appends bytes, which must stay where they are until they are written. */
ngx_int_t ngx_pyexec_input_append(ngx_pyexec_input_t *input,
    const void *data, size_t len);

/* Writes what the reader takes; closes when all is written or it left. */
void ngx_pyexec_input_write(ngx_pyexec_input_t *input);

void ngx_pyexec_input_close(ngx_pyexec_input_t *input);

/*
 * Reads what is there, no more at a time than a pipe holds.  NGX_OK,
 * NGX_DECLINED when there is more than the limit, NGX_ERROR without memory.
 */
ngx_int_t ngx_pyexec_output_read(ngx_pyexec_output_t *output);

void ngx_pyexec_output_free(ngx_pyexec_output_t *output);


#endif /* _NGX_PYEXEC_PIPE_H_INCLUDED_ */
