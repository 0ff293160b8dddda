/*
 * Files of the kernel's, and small ones of our own, that are written at once.
 */

#ifndef PYEXEC_FILE_H
#define PYEXEC_FILE_H


/*
 * Writes a text, with a NUL at its end that is not written, to a file.  "dir"
 * is a descriptor of the directory that the path starts at, or AT_FDCWD;
 * "flags" are of open(), beside those for writing.  Returns 0, or -1 with
 * errno, ENOSPC where not all of it was taken.
 */
int pyexec_file_write(int dir, const char *path, int flags, const char *text);


#endif /* PYEXEC_FILE_H */
