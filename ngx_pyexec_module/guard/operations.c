#include <string.h>

#include "events.h"
#include "exec.h"
#include "hidden.h"
#include "operations.h"


typedef struct {
    const char *event;
    int       (*refuse)(PyObject *args);
    int         writes;     /* not looked at where files may be written */
} guard_event_t;


static const guard_event_t guard_events[] = {
    { "import", pyexec_guard_import, 0 },
    { "open", pyexec_guard_open, 1 },
    { "os.exec", pyexec_guard_os_exec, 0 },
    { "os.fork", pyexec_guard_os_fork, 0 },
    { "os.posix_spawn", pyexec_guard_os_posix_spawn, 0 },
    { "os.system", pyexec_guard_os_system, 0 },
    { "subprocess.Popen", pyexec_guard_popen, 0 },
};


static int guard_active;
static int guard_writable;


static int guard_audit(const char *event, PyObject *args, void *data);


int
pyexec_guard_operations_install(int writable)
{
    PyObject *module;

    guard_writable = writable;

    /* What it does is told from what another program's frames do. */
    module = PyImport_ImportModule("subprocess");
    Py_XDECREF(module);

    if (module == NULL) {
        return -1;
    }

    return pyexec_guard_exec_install() == -1
           ? -1 : PySys_AddAuditHook(guard_audit, NULL);
}


void
pyexec_guard_operations_begin(void)
{
    guard_active = 1;
    pyexec_guard_exec_begin();
}


/*
 * Called for whatever happens, each attribute of a function's that is asked
 * for included: the first letters of an event decide.
 */

static int
guard_audit(const char *event, PyObject *args, void *Py_UNUSED(data))
{
    size_t i;

    if (!guard_active
        || !(event[0] == 'o' ? event[1] == 'p' || event[1] == 's'
             : event[0] == 's' ? event[1] == 'u'
             : event[0] == 'i' && event[1] == 'm'))
    {
        return 0;
    }

    for (i = 0; i < sizeof(guard_events) / sizeof(guard_events[0]); i++) {
        if (strcmp(event, guard_events[i].event) == 0) {
            return guard_writable && guard_events[i].writes
                   ? 0 : guard_events[i].refuse(args);
        }
    }

    return 0;
}
