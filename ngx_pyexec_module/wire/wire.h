/*
 * What a worker and its zygote say to each other.  The two ends are always of
 * one build and on one machine: the messages are plain structures.
 *
 * Control socket (SOCK_SEQPACKET), one per zygote, a message per packet:
 *
 *     worker -> zygote    PYEXEC_WIRE_SPAWN + 4 descriptors, PYEXEC_WIRE_KILL
 *     zygote -> worker    PYEXEC_WIRE_READY, PYEXEC_WIRE_ENDED,
 *                         PYEXEC_WIRE_FAILED
 *
 * End of file on it ends the zygote and all its runs.
 *
 * Run channel (SOCK_STREAM), one per run: the worker writes one
 * pyexec_wire_program_t and what it announces, when there is a program to
 * run.  End of file before that ends the waiting process.
 */

#ifndef PYEXEC_WIRE_H
#define PYEXEC_WIRE_H

#include <stddef.h>
#include <stdint.h>


/* What a spawned process gets, in this order, with PYEXEC_WIRE_SPAWN. */

enum {
    PYEXEC_WIRE_STDIN,
    PYEXEC_WIRE_STDOUT,
    PYEXEC_WIRE_STDERR,
    PYEXEC_WIRE_CHANNEL,
    PYEXEC_WIRE_NFDS
};


typedef enum {
    PYEXEC_WIRE_SPAWN = 1,      /* fork a process that waits for a program */
    PYEXEC_WIRE_KILL,           /* kill it and all that it started */
    PYEXEC_WIRE_READY,          /* the zygote has imported its modules */
    PYEXEC_WIRE_ENDED,          /* it has finished, or all of it is gone */
    PYEXEC_WIRE_FAILED          /* it never came to its program */
} pyexec_wire_type_t;


/* Killed for the memory it took, or ended by a refusal of more. */
#define PYEXEC_WIRE_OUT_OF_MEMORY  0x1

/* It ended before it had read its program: nothing of that has run. */
#define PYEXEC_WIRE_UNSTARTED      0x2


typedef struct {
    uint32_t  type;             /* pyexec_wire_type_t */
    uint32_t  run;              /* chosen by the worker; 0 with READY */

    /* PYEXEC_WIRE_FAILED */
    int32_t   error;            /* errno */
    char      step[28];         /* what failed, with a NUL */

    /* PYEXEC_WIRE_ENDED */
    uint32_t  flags;
    int32_t   status;           /* as waitpid() gives it */
    uint64_t  cpu_time;         /* microseconds, user + system */
    uint64_t  memory;           /* bytes, peak resident */
    uint64_t  ended;            /* nanoseconds of CLOCK_MONOTONIC */
} pyexec_wire_message_t;


/*
 * Compile the code and leave: exit status 1 with CPython's message when it
 * is a syntax error, 0 when it is not.
 */
#define PYEXEC_WIRE_COMPILE_ONLY  0x1


/*
 * Followed by the working directory, where "main.py" is the code, the code
 * itself and "nargs" arguments; the directory and the arguments end with a
 * NUL.
 */

typedef struct {
    uint32_t  flags;
    uint32_t  nargs;
    uint64_t  directory_len;    /* bytes, with the NUL */
    uint64_t  code_len;         /* bytes */
    uint64_t  args_len;         /* bytes, with the NULs */
    uint64_t  cpu_limit;        /* seconds of RLIMIT_CPU */
} pyexec_wire_program_t;


/*
 * Both transfer one message on a control socket; "fds" are nfds descriptors
 * to pass along, PYEXEC_WIRE_NFDS or none.
 *
 * pyexec_wire_send() returns 0, or -1 with errno; the caller keeps its
 * descriptors.
 *
 * pyexec_wire_recv() returns 1 for a message, 0 at end of file, or -1 with
 * errno (EBADMSG for another size or number of descriptors; the type is the
 * caller's to check).  With PYEXEC_WIRE_SPAWN "fds" holds
 * PYEXEC_WIRE_NFDS new close-on-exec descriptors, which are the caller's; with
 * anything else -1s.
 */

int pyexec_wire_send(int fd, const pyexec_wire_message_t *message,
    const int *fds, size_t nfds);
int pyexec_wire_recv(int fd, pyexec_wire_message_t *message,
    int fds[PYEXEC_WIRE_NFDS]);


#endif /* PYEXEC_WIRE_H */
