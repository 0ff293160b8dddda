#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <unistd.h>

#include "fork.h"
#include "main.h"
#include "sample.h"


/*
 * What every program does.  A page that is not used costs nearly as much as
 * the fault that is saved where it is: what some do is not worth it.
 */
static const char pyexec_sample_program[] =
    "print('Hello, world!')\n";

/* Where it is, it is what most programs import. */
static const char pyexec_sample_numpy[] =
    "import numpy\n"
    "values = numpy.arange(6).reshape(2, 3) * 1.5\n"
    "print('Hello, world!', values.sum(axis=0).min(), values.mean())\n";


static pid_t pyexec_sample_fork(void *data);
static pid_t pyexec_sample_plain_fork(void *data);
static int pyexec_sample_run(void *data);


pyexec_errand_t
pyexec_sample(const pyexec_main_hooks_t *hooks)
{
    return (pyexec_errand_t) {
        .fork = pyexec_sample_fork,
        .run = pyexec_sample_run,
        .data = (void *) hooks,
    };
}


static pid_t
pyexec_sample_fork(void *data)
{
    const pyexec_main_hooks_t *hooks = data;

    return pyexec_fork(hooks->plain_fork, pyexec_sample_plain_fork, NULL);
}


static pid_t
pyexec_sample_plain_fork(void *data)
{
    (void) data;

    return fork();
}


static int
pyexec_sample_run(void *data)
{
    pyexec_main_t program = {
        .code = pyexec_sample_program,
        .code_len = sizeof(pyexec_sample_program) - 1,
        .args = "",
    };

    if (PyDict_GetItemString(PyImport_GetModuleDict(), "numpy") != NULL) {
        program.code = pyexec_sample_numpy;
        program.code_len = sizeof(pyexec_sample_numpy) - 1;
    }

    if (pyexec_main_prepare(data) == -1) {
        return -1;
    }

    return pyexec_main_run(&program) == 0 ? 0 : -1;
}
