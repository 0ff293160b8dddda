/*
 * Process 1 of a run, from the moment on that the run is forked.
 *
 * It shares the memory of the zygote, which goes on at that moment, and so
 * must not write to any of it but its own structure: no function of the C
 * library is called that sets errno, allocates, locks or prints.
 */

#ifndef PYEXEC_INIT_H
#define PYEXEC_INIT_H

#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

#include "../../wire/wire.h"
#include "cgroup_runs.h"
#include "note.h"


/*
 * Asks process 1 to kill the run.  Were process 1 killed, nobody would know
 * what the run has used.
 */
#define PYEXEC_INIT_KILL  SIGUSR1


typedef struct {
    uint32_t              run;
    pid_t                 pid;          /* of the run, in its namespace */
    int                   control;      /* -1: nobody is told */
    pyexec_note_t         note;
    pyexec_cgroup_run_t   cgroup;       /* of the run, or of -1s */

    int                   ended;        /* set when "end" is complete */
    pyexec_wire_message_t end;
} pyexec_init_t;


/*
 * Waits for the run, sends the message of its end and stays until everything
 * is gone that the run has left behind.  Exits.
 */
void pyexec_init(pyexec_init_t *init) __attribute__((noreturn));

/* The handler of PYEXEC_INIT_KILL, with SA_SIGINFO. */
void pyexec_init_kill(int signal, siginfo_t *info, void *context);


#endif /* PYEXEC_INIT_H */
