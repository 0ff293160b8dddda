/*
 * Starts a program again and again with fork and exec, in as many threads as
 * there are clients, and checks what each has printed:
 *
 *   starts CLIENTS SECONDS EXPECTED PROGRAM [ARGUMENT ...]
 *
 * Without anything EXPECTED ("") there is no pipe either.  A time is from
 * before posix_spawn() to after the wait.  Prints one JSON object; "cpu" is
 * user and system time, in seconds, of the processes and of their starts.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "times.h"


#define CLIENTS_MAX  1024


typedef struct {
    pthread_t  thread;
    times_t    times;
    size_t     wrong;
} client_t;


extern char  **environ;

static char       **program;
static const char  *expected;
static double       deadline;


static void
fail(const char *what)
{
    perror(what);
    exit(1);
}


/* The programs print less than a pipe holds: all of it is there at the end. */

static int
run(int *fd)
{
    int                         error, status;
    char                        text[4096];
    pid_t                       pid;
    ssize_t                     n;
    posix_spawn_file_actions_t  actions;

    posix_spawn_file_actions_init(&actions);

    if (expected[0]) {
        if (pipe2(fd, O_CLOEXEC) != 0) {
            fail("pipe2");
        }

        posix_spawn_file_actions_adddup2(&actions, fd[1], 1);
    }

    error = posix_spawn(&pid, program[0], &actions, NULL, program, environ);
    if (error) {
        errno = error;
        fail(program[0]);
    }

    posix_spawn_file_actions_destroy(&actions);

    if (waitpid(pid, &status, 0) != pid) {
        fail("waitpid");
    }

    n = 0;

    if (expected[0]) {
        close(fd[1]);
        n = read(fd[0], text, sizeof(text));
        close(fd[0]);
    }

    return status == 0 && n == (ssize_t) strlen(expected)
           && memcmp(text, expected, (size_t) n) == 0;
}


static void *
repeat(void *data)
{
    int        fd[2];
    double     start;
    client_t  *client;

    client = data;

    while ((start = times_now()) < deadline) {
        if (run(fd)) {
            times_add(&client->times, times_now() - start);

        } else {
            client->wrong++;
        }
    }

    return NULL;
}


static double
cpu(int who)
{
    struct rusage  usage;

    getrusage(who, &usage);

    return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
           + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}


int
main(int argc, char **argv)
{
    int      n, i;
    size_t   wrong, k;
    double   start, end;
    times_t  times = { NULL, 0, 0 };

    static client_t  clients[CLIENTS_MAX];

    if (argc < 5 || (n = atoi(argv[1])) < 1 || n > CLIENTS_MAX) {
        fprintf(stderr, "usage: starts CLIENTS SECONDS EXPECTED PROGRAM "
                "[ARGUMENT ...]\n");
        return 2;
    }

    expected = argv[3];
    program = argv + 4;

    start = times_now();
    deadline = start + atof(argv[2]);

    for (i = 0; i < n; i++) {
        errno = pthread_create(&clients[i].thread, NULL, repeat, &clients[i]);
        if (errno) {
            fail("pthread_create");
        }
    }

    wrong = 0;

    for (i = 0; i < n; i++) {
        pthread_join(clients[i].thread, NULL);
        wrong += clients[i].wrong;

        for (k = 0; k < clients[i].times.n; k++) {
            times_add(&times, (double) clients[i].times.ms[k] / 1e3);
        }
    }

    end = times_now();

    printf("{\"seconds\": %.4f, \"right\": %zu, \"wrong\": %zu, "
           "\"cpu\": %.4f, ", end - start, times.n, wrong,
           cpu(RUSAGE_CHILDREN) + cpu(RUSAGE_SELF));
    times_print(&times, "times");
    printf("}\n");

    return 0;
}
