/*
 * Which pages every program changes or reads, seen by a scout: a process that
 * is forked as a run is, runs a short program, looks at its own memory and is
 * thrown away.
 */

#ifndef PYEXEC_SCOUT_H
#define PYEXEC_SCOUT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "procmaps.h"


/* More than a large interpreter has. */
#define PYEXEC_SCOUT_MAPPINGS  1024
#define PYEXEC_SCOUT_RANGES    4096


/* What a scout is sent for; both get "data". */
typedef struct {
    pid_t (*fork)(void *data);  /* as fork() */
    int   (*run)(void *data);   /* in the scout: the program; 0, or -1 */
    void   *data;
} pyexec_errand_t;


/* Pages that belong together. */
typedef struct {
    uintptr_t start;
    uintptr_t end;
    int       write;            /* a run changes them */
} pyexec_range_t;


typedef struct {
    pyexec_range_t range[PYEXEC_SCOUT_RANGES];  /* in order */
    size_t         n;
} pyexec_ranges_t;


/* The zygote's and the scout's; not among the pages that are looked at. */
typedef struct {
    pyexec_range_t   mappings[PYEXEC_SCOUT_MAPPINGS];   /* in order */
    size_t           nmappings;
    pyexec_ranges_t  known;     /* what the first scout has found */
    pyexec_ranges_t  found;
    int              done;
    pyexec_pagemap_t pagemap;
} pyexec_scout_t;


/*
 * In a zygote that is about to serve: sends scouts and waits for them.
 * Returns what they have found, to be freed; or NULL if they came to nothing.
 */
pyexec_scout_t *pyexec_scout_send(const pyexec_errand_t *errand);
void pyexec_scout_free(pyexec_scout_t *scout);

/* The range that a page is in, or NULL. */
const pyexec_range_t *pyexec_scout_find(const pyexec_ranges_t *ranges,
    uintptr_t address);


#endif /* PYEXEC_SCOUT_H */
