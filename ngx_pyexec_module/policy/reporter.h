/*
 * Who is told what a program imports and does.
 */

#ifndef PYEXEC_REPORTER_H
#define PYEXEC_REPORTER_H

#include <stddef.h>
#include <stdint.h>

#include "values.h"


/*
 * The program imports a module; the "len" bytes of the name are those of its
 * root, and end with no NUL.
 */

typedef void (*pyexec_import_pt)(void *data, const char *name, size_t len,
    uint32_t offset);

/*
 * The program uses a forbidden operation; NULL stands for __import__ with a
 * computed name.  "mode" is that of an operation on modes, else NULL.
 */

typedef void (*pyexec_offence_pt)(void *data,
    const pyexec_operation_t *operation, const char *mode, uint32_t offset);


typedef struct {
    pyexec_import_pt    import;
    pyexec_offence_pt   offence;
    void               *data;
} pyexec_reporter_t;


#endif /* PYEXEC_REPORTER_H */
