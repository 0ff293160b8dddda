#define _GNU_SOURCE

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "report.h"


int
pyexec_report_create(pyexec_report_t *report)
{
    char *pages;
    long  size = sysconf(_SC_PAGESIZE);

    pages = mmap(NULL, 2 * size, PROT_READ|PROT_WRITE,
                 MAP_SHARED|MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) {
        return -1;
    }

    report->failure = (pyexec_report_failure_t *) (void *) pages;
    report->result = (pyexec_report_result_t *) (void *) (pages + size);

    return 0;
}


void
pyexec_report_keep(const pyexec_report_t *report)
{
    (void) madvise(report->failure, 2 * sysconf(_SC_PAGESIZE), MADV_DONTFORK);
}


void
pyexec_report_touch(const pyexec_report_t *report)
{
    (void) *(volatile int *) &report->failure->failed;
    (void) report->result->finished;
}


void
pyexec_report_free(const pyexec_report_t *report)
{
    (void) munmap(report->failure, 2 * sysconf(_SC_PAGESIZE));
}


void
pyexec_report_fail(const pyexec_report_t *report, const char *step)
{
    report->failure->failed = errno ? errno : EINVAL;
    snprintf(report->failure->step, sizeof(report->failure->step), "%s",
             step);
}


int
pyexec_report_start(const pyexec_report_t *report)
{
    return munmap(report->failure, sysconf(_SC_PAGESIZE));
}


void
pyexec_report_apply(const pyexec_report_t *report,
    pyexec_wire_message_t *message)
{
    if (report->failure->failed) {
        message->type = PYEXEC_WIRE_FAILED;
        message->error = report->failure->failed;
        memcpy(message->step, report->failure->step, sizeof(message->step));
        message->step[sizeof(message->step) - 1] = '\0';
    }

    if (report->result->out_of_memory) {
        message->flags |= PYEXEC_WIRE_OUT_OF_MEMORY;
    }
}
