
#include "ngx_pyexec_clock.h"

#include <time.h>


uint64_t
ngx_pyexec_monotonic(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000000 + ts.tv_nsec;
}
