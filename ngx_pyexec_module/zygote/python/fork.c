#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <errno.h>

#include "fork.h"


pid_t
pyexec_fork(int plain, pid_t (*fork)(void *data), void *data)
{
    int   error;
    pid_t pid;

    if (plain) {
        return fork(data);
    }

    PyOS_BeforeFork();

    pid = fork(data);

    if (pid == 0) {
        PyOS_AfterFork_Child();
        return 0;
    }

    error = errno;
    PyOS_AfterFork_Parent();
    errno = error;

    return pid;
}
