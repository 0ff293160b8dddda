#define _GNU_SOURCE

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "memory/warm.h"
#include "python/fork.h"
#include "run.h"
#include "sandbox/isolation.h"


typedef struct {
    pyexec_run_t *run;
    int           control;
    int          *script;
    const char  **step;
} pyexec_run_birth_t;


static int pyexec_run_prepare(pyexec_run_t *run, const char **step);
static pid_t pyexec_run_clone(void *data);


pid_t
pyexec_run_fork(pyexec_run_t *run, int control, int plain, int *script,
    const char **step)
{
    int   error;
    pid_t pid = -1;

    pyexec_run_birth_t birth = {
        .run = run,
        .control = control,
        .script = script,
        .step = step,
    };

    run->pid = -1;
    run->nest = NULL;
    run->cgroup.directory = -1;
    run->cgroup.events = -1;
    *script = -1;

    *step = "mmap";

    if (pyexec_note_create(&run->note) == -1) {
        return -1;
    }

    if (pyexec_run_prepare(run, step) == 0) {
        pid = pyexec_fork(plain, pyexec_run_clone, &birth);
    }

    if (pid == 0) {
        return 0;
    }

    if (pid == -1) {
        error = errno;
        pyexec_run_free(run);
        errno = error;

        return -1;
    }

    run->pid = pid;
    run->session = pid;
    memset(&run->end, 0, sizeof(pyexec_wire_message_t));

    pyexec_note_keep(&run->note);

    return pid;
}


static int
pyexec_run_prepare(pyexec_run_t *run, const char **step)
{
    if (pyexec_isolation.mode == PYEXEC_ISOLATION_FULL) {
        run->nest = pyexec_nest_create();

        if (run->nest == NULL) {
            return -1;
        }
    }

    *step = "a cgroup";

    return pyexec_isolation.cgroup ? pyexec_cgroup_take(&run->cgroup) : 0;
}


static pid_t
pyexec_run_clone(void *data)
{
    pid_t               pid;
    pyexec_run_t       *run;
    pyexec_run_birth_t *birth = data;

    run = birth->run;

    if (run->nest != NULL) {
        pid = pyexec_nest_fork(run->nest, run->id, birth->control,
                               &run->note, &run->cgroup, birth->script,
                               birth->step);

    } else {
        *birth->step = "fork";
        pid = run->cgroup.directory == -1 ? fork()
                                          : pyexec_cgroup_fork(&run->cgroup);
    }

    if (pid == 0) {
        pyexec_warm();
    }

    return pid;
}


void
pyexec_run_free(pyexec_run_t *run)
{
    pyexec_note_free(&run->note);
    pyexec_cgroup_done(&run->cgroup);

    if (run->nest != NULL) {
        pyexec_nest_free(run->nest);
    }
}
