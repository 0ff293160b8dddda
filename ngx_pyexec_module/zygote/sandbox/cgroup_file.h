/*
 * The files and directories that cgroup v2 is made of.  Everything is opened
 * relative to a descriptor of a directory, and through no symbolic link.
 *
 * All functions return -1 with errno where something fails, unless they say
 * something else.
 */

#ifndef PYEXEC_CGROUP_FILE_H
#define PYEXEC_CGROUP_FILE_H

#include <dirent.h>
#include <stddef.h>
#include <stdint.h>


/* Makes a directory unless there is one; returns a descriptor of it. */
int pyexec_cgroup_file_directory(int parent, const char *name);

/* To be closed with closedir(), apart from "fd"; or NULL. */
DIR *pyexec_cgroup_file_list(int fd);

/* At most size - 1 bytes, with a NUL. */
int pyexec_cgroup_file_read(int dir, const char *file, char *text,
    size_t size);

int pyexec_cgroup_file_write(int dir, const char *file, const char *text);

/*
 * The value of a line "KEY VALUE" of an open file.  Sets no errno, and touches
 * no memory but *value and its own stack.
 */
int pyexec_cgroup_file_events(int fd, const char *key, uint64_t *value);

/* 1 if there is a process in the cgroup or below it, or else 0. */
int pyexec_cgroup_file_populated(int dir);

/* Puts the calling process into the cgroup. */
int pyexec_cgroup_file_move(int dir);

/* Removes a directory and those in it, unless there is a process in any. */
int pyexec_cgroup_file_remove(int parent, const char *name);


#endif /* PYEXEC_CGROUP_FILE_H */
