#define _POSIX_C_SOURCE  200809L

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "times.h"


double
times_now(void)
{
    struct timespec  t;

    clock_gettime(CLOCK_MONOTONIC, &t);

    return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}


void
times_add(times_t *times, double seconds)
{
    if (times->n == times->room) {
        times->room = times->room ? 2 * times->room : 4096;
        times->ms = realloc(times->ms, times->room * sizeof(times->ms[0]));
        if (times->ms == NULL) {
            perror("realloc");
            exit(1);
        }
    }

    times->ms[times->n++] = (float) (seconds * 1e3);
}


static int
compare(const void *one, const void *two)
{
    float  a, b;

    a = *(const float *) one;
    b = *(const float *) two;

    return (a > b) - (a < b);
}


/* The smallest time that at least this share of the times do not exceed. */

static double
percentile(const times_t *times, double share)
{
    size_t  rank;

    rank = (size_t) ceil(share * (double) times->n);

    return (double) times->ms[rank ? rank - 1 : 0];
}


void
times_print(times_t *times, const char *name)
{
    size_t  i;
    double  sum;

    if (times->n == 0) {
        printf("\"%s\": null", name);
        return;
    }

    sum = 0;
    for (i = 0; i < times->n; i++) {
        sum += (double) times->ms[i];
    }

    qsort(times->ms, times->n, sizeof(times->ms[0]), compare);

    printf("\"%s\": {\"n\": %zu, \"mean\": %.4f, \"p50\": %.4f, "
           "\"p90\": %.4f, \"p99\": %.4f, \"max\": %.4f}",
           name, times->n, sum / (double) times->n, percentile(times, 0.5),
           percentile(times, 0.9), percentile(times, 0.99),
           (double) times->ms[times->n - 1]);
}
