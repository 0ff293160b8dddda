/*
 * The note that a run leaves behind, in memory that it shares with nobody but
 * its zygote: why it did not come to its program, on a page that it gives
 * away before the program starts; and how the program ended, on a page that
 * the program could write to, so that it can only lie about itself.
 */

#ifndef PYEXEC_NOTE_H
#define PYEXEC_NOTE_H

#include <stdint.h>

#include "../../wire/wire.h"


typedef struct {
    int  failed;                /* errno, or 0 */
    int  started;               /* the program, of which all has been read */
    char step[sizeof(((pyexec_wire_message_t *) 0)->step)];
} pyexec_note_failure_t;


/* The program's own word. */
typedef struct {
    int      out_of_memory;     /* want of memory ended it */
    int      finished;
    int      status;            /* 0 to 255, when it has finished */
    uint64_t token;             /* of a trial run that came to its end */
} pyexec_note_result_t;


typedef struct {
    pyexec_note_failure_t         *failure;
    volatile pyexec_note_result_t *result;
} pyexec_note_t;


/* Of a run to be forked.  Returns 0, or -1 with errno. */
int pyexec_note_create(pyexec_note_t *note);

/* Keeps it from the runs that are forked later. */
void pyexec_note_keep(const pyexec_note_t *note);

void pyexec_note_free(const pyexec_note_t *note);

/* In the run: maps its pages, so that nothing of it causes a fault later. */
void pyexec_note_touch(const pyexec_note_t *note);

/* In the run: writes down errno and what failed. */
void pyexec_note_fail(const pyexec_note_t *note, const char *step);

/*
 * In the run, as the last thing before its program: from here on it cannot
 * fail, and its program may have run.  Returns 0, or -1 with errno.
 */
int pyexec_note_start(const pyexec_note_t *note);

/*
 * Makes of the message of an ended run what the note says: that it ran out
 * of memory, that its program never started, or PYEXEC_WIRE_FAILED.
 */
void pyexec_note_apply(const pyexec_note_t *note,
    pyexec_wire_message_t *message);


#endif /* PYEXEC_NOTE_H */
