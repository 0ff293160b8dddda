/*
 * The memory of a zygote as a file of its own, that runs map.
 *
 * A fork copies the page tables of anonymous memory entry by entry, and the
 * end of the process takes each page down again: for an interpreter with its
 * modules that is more work than a short program.  Of a private mapping of a
 * file it copies what this process has mapped, and that is little when the
 * mapping is new.
 */

#ifndef PYEXEC_IMAGE_H
#define PYEXEC_IMAGE_H


/* A file for it, or -1; what confines a run allows none. */
int pyexec_image_create(void);

/*
 * In a process with one thread: puts what is in its private memory, but for
 * its stack, into the file, which nobody can change any more, and maps that
 * in its place.  Closes the file; a no-op for -1.  Where it comes to nothing,
 * or not to all, runs are slower and nothing else.
 */
void pyexec_image_take(int fd);


#endif /* PYEXEC_IMAGE_H */
