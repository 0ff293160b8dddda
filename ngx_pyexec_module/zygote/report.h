/*
 * What a run tells before it ends, in memory that it shares with nobody but
 * its zygote: why it did not come to its program, on a page that it gives
 * away before the program starts; and whether memory ended the program, which
 * can only lie about itself.
 */

#ifndef PYEXEC_REPORT_H
#define PYEXEC_REPORT_H

#include "../wire/wire.h"


typedef struct {
    int  failed;                /* errno, or 0 */
    char step[sizeof(((pyexec_wire_message_t *) 0)->step)];
} pyexec_report_failure_t;


/* The program's own word. */
typedef struct {
    int out_of_memory;          /* an uncaught MemoryError ended it */
    int finished;
    int status;                 /* 0 to 255, when it has finished */
} pyexec_report_result_t;


typedef struct {
    pyexec_report_failure_t         *failure;
    volatile pyexec_report_result_t *result;
} pyexec_report_t;


/* Of a run to be forked.  Returns 0, or -1 with errno. */
int pyexec_report_create(pyexec_report_t *report);

/* Keeps it from the runs that are forked later. */
void pyexec_report_keep(const pyexec_report_t *report);

void pyexec_report_free(const pyexec_report_t *report);

/* Maps its pages, so that pyexec_report_apply() causes no fault. */
void pyexec_report_touch(const pyexec_report_t *report);

/* In the run: writes down errno and what failed. */
void pyexec_report_fail(const pyexec_report_t *report, const char *step);

/* In the run: from here on it cannot fail.  Returns 0, or -1 with errno. */
int pyexec_report_start(const pyexec_report_t *report);

/*
 * Makes of the message of an ended run what the report says: that it ran out
 * of memory, or PYEXEC_WIRE_FAILED.
 */
void pyexec_report_apply(const pyexec_report_t *report,
    pyexec_wire_message_t *message);


#endif /* PYEXEC_REPORT_H */
