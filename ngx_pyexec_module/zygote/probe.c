#define _GNU_SOURCE

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "probe.h"
#include "run.h"


static int pyexec_probe_run(pyexec_run_t *run, uint64_t token,
    const char **step);
static int pyexec_probe_judge(const pyexec_run_t *run, int status,
    uint64_t token, const char **step);


int
pyexec_probe(const char **step)
{
    int          error, status;
    uint64_t     token;
    pyexec_run_t run = { .id = 0 };

    *step = "getrandom";

    if (getrandom(&token, sizeof(token), 0) != sizeof(token)) {
        return -1;
    }

    /* The note is of zeros until somebody writes to it. */
    token |= 1;

    if (pyexec_probe_run(&run, token, step) == -1) {
        return -1;
    }

    *step = "waitpid";

    while (waitpid(run.pid, &status, 0) == -1) {
        if (errno != EINTR) {
            return -1;
        }
    }

    error = pyexec_probe_judge(&run, status, token, step);

    pyexec_run_free(&run);

    errno = error;

    return error ? -1 : 0;
}


static int
pyexec_probe_run(pyexec_run_t *run, uint64_t token, const char **step)
{
    pid_t          pid, zygote;
    pyexec_child_t child = { .note = &run->note };

    zygote = getpid();

    pid = pyexec_run_fork(run, -1, 0, &child.script, step);
    if (pid != 0) {
        return pid == -1 ? -1 : 0;
    }

    child.zygote = run->nest == NULL ? zygote : 0;

    pyexec_child_probe(&child, token);
}


/* 0 where it came to its end, else an error. */

static int
pyexec_probe_judge(const pyexec_run_t *run, int status, uint64_t token,
    const char **step)
{
    pyexec_wire_message_t        end;
    const pyexec_note_failure_t *failure = run->note.failure;

    static char failed[sizeof(failure->step)];

    if (failure->failed) {
        memcpy(failed, failure->step, sizeof(failed));
        *step = failed;

        return failure->failed;
    }

    if (run->note.result->token == token) {
        return 0;
    }

    /* Process 1 knows better than the one who waited for it. */

    if (run->nest != NULL && pyexec_nest_ended(run->nest, &end)) {
        status = end.status;
    }

    *step = "a process of its own";

    return WIFSIGNALED(status) ? EPERM : ECHILD;
}
