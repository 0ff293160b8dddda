#define _GNU_SOURCE

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "report.h"


pyexec_report_t *
pyexec_report_create(void)
{
    void *page;

    page = mmap(NULL, sizeof(pyexec_report_t), PROT_READ|PROT_WRITE,
                MAP_SHARED|MAP_ANONYMOUS, -1, 0);

    return page == MAP_FAILED ? NULL : page;
}


void
pyexec_report_keep(pyexec_report_t *report)
{
    (void) madvise(report, sizeof(pyexec_report_t), MADV_DONTFORK);
}


void
pyexec_report_free(pyexec_report_t *report)
{
    (void) munmap(report, sizeof(pyexec_report_t));
}


void
pyexec_report_failure(pyexec_report_t *report, const char *step)
{
    report->failed = errno ? errno : EINVAL;
    snprintf(report->step, sizeof(report->step), "%s", step);
}


void
pyexec_report_apply(const pyexec_report_t *report,
    pyexec_wire_message_t *message)
{
    if (report->failed) {
        message->type = PYEXEC_WIRE_FAILED;
        message->error = report->failed;
        memcpy(message->step, report->step, sizeof(message->step));
        message->step[sizeof(message->step) - 1] = '\0';
    }

    if (report->out_of_memory) {
        message->flags |= PYEXEC_WIRE_OUT_OF_MEMORY;
    }
}
