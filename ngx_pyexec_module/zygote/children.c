#define _GNU_SOURCE

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "children.h"


int
pyexec_children_kill(int (*spare)(pid_t pid))
{
    int   pid, killed = 0;
    char  name[64];
    FILE *list;

    /* "thread-self" would name another thread's list after a fork. */
    snprintf(name, sizeof(name), "/proc/self/task/%d/children", gettid());

    list = fopen(name, "re");
    if (list == NULL) {
        return -1;
    }

    while (fscanf(list, "%d", &pid) == 1) {
        if (spare != NULL && spare(pid)) {
            continue;
        }

        (void) kill(pid, SIGKILL);
        killed++;
    }

    (void) fclose(list);

    return killed;
}


void
pyexec_children_end(void)
{
    pid_t pid;

    for ( ;; ) {
        (void) pyexec_children_kill(NULL);

        /*
         * One wait for each round of kills: the children of what just died
         * are ours now and are in the next list.
         */
        do {
            pid = waitpid(-1, NULL, 0);
        } while (pid == -1 && errno == EINTR);

        if (pid == -1) {
            return;
        }
    }
}
