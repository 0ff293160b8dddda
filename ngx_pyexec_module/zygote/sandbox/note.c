#define _GNU_SOURCE

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "note.h"


int
pyexec_note_create(pyexec_note_t *note)
{
    char *pages;
    long  size = sysconf(_SC_PAGESIZE);

    pages = mmap(NULL, 2 * size, PROT_READ|PROT_WRITE,
                 MAP_SHARED|MAP_ANONYMOUS|MAP_POPULATE, -1, 0);
    if (pages == MAP_FAILED) {
        return -1;
    }

    note->failure = (pyexec_note_failure_t *) (void *) pages;
    note->result = (pyexec_note_result_t *) (void *) (pages + size);

    return 0;
}


void
pyexec_note_keep(const pyexec_note_t *note)
{
    (void) madvise(note->failure, 2 * sysconf(_SC_PAGESIZE), MADV_DONTFORK);
}


void
pyexec_note_touch(const pyexec_note_t *note)
{
    (void) *(volatile int *) &note->failure->failed;
    (void) note->result->finished;
}


void
pyexec_note_free(const pyexec_note_t *note)
{
    (void) munmap(note->failure, 2 * sysconf(_SC_PAGESIZE));
}


void
pyexec_note_fail(const pyexec_note_t *note, const char *step)
{
    note->failure->failed = errno ? errno : EINVAL;
    snprintf(note->failure->step, sizeof(note->failure->step), "%s",
             step);
}


int
pyexec_note_start(const pyexec_note_t *note)
{
    note->failure->started = 1;

    return munmap(note->failure, sysconf(_SC_PAGESIZE));
}


void
pyexec_note_apply(const pyexec_note_t *note,
    pyexec_wire_message_t *message)
{
    if (note->failure->failed) {
        message->type = PYEXEC_WIRE_FAILED;
        message->error = note->failure->failed;
        memcpy(message->step, note->failure->step, sizeof(message->step));
        message->step[sizeof(message->step) - 1] = '\0';

    } else if (!note->failure->started) {
        message->flags |= PYEXEC_WIRE_UNSTARTED;
    }

    if (note->result->out_of_memory) {
        message->flags |= PYEXEC_WIRE_OUT_OF_MEMORY;
    }
}
