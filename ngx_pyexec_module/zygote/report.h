/*
 * What a run tells before it ends, in a page that it shares with nobody but
 * its zygote.  Later the page is in the hands of the program, which can only
 * lie about itself.
 */

#ifndef PYEXEC_REPORT_H
#define PYEXEC_REPORT_H

#include "../wire/wire.h"


typedef struct {
    int  failed;                /* errno of what kept it from its program */
    char step[sizeof(((pyexec_wire_message_t *) 0)->step)];
    int  out_of_memory;         /* an uncaught MemoryError ended it */
} pyexec_report_t;


/* The page of a run to be forked; NULL with errno. */
pyexec_report_t *pyexec_report_create(void);

/* Keeps it from the runs that are forked later. */
void pyexec_report_keep(pyexec_report_t *report);

void pyexec_report_free(pyexec_report_t *report);

/* Writes down errno and what failed. */
void pyexec_report_failure(pyexec_report_t *report, const char *step);

/*
 * Makes of the message of an ended run what the report says: that it ran out
 * of memory, or PYEXEC_WIRE_FAILED.
 */
void pyexec_report_apply(const pyexec_report_t *report,
    pyexec_wire_message_t *message);


#endif /* PYEXEC_REPORT_H */
