/*
 * The times of one measurement, and their report as a member of a JSON object.
 */

#ifndef BENCH_TIMES_H
#define BENCH_TIMES_H

#include <stddef.h>


typedef struct {
    float   *ms;        /* in the order in which they were added */
    size_t   n;
    size_t   room;
} times_t;


/* Seconds of a clock that only goes forward. */
double times_now(void);

/* Adds one time, given in seconds; exits where there is no memory. */
void times_add(times_t *times, double seconds);

/*
 * Prints "NAME": {"n": .., "mean": .., "p50": .., "p90": .., "p99": ..,
 * "max": ..} in milliseconds, or "NAME": null of no times.  Sorts them.
 */
void times_print(times_t *times, const char *name);

#endif
