/*
 * The end of a program, as the interpreter would go through it: what an
 * uncaught exception comes to, and what is left to do after the last line.
 */

#ifndef PYEXEC_ENDING_H
#define PYEXEC_ENDING_H


/* An exit status no program has: SIGINT must end the process. */
#define PYEXEC_ENDING_INTERRUPTED  (-1)


/*
 * Called once in the zygote: remembers what the modules hold, to know at the
 * end of a program what it has added to them.  Returns -1 with a Python
 * exception.
 */
int pyexec_ending_prepare(void);

/* What CPython does right after the last line; keeps an exception set. */
void pyexec_ending_flush(void);

/*
 * With an exception set, and not after it: does what CPython does with one
 * that nothing has caught.  Returns the exit status, 0 to 255, or
 * PYEXEC_ENDING_INTERRUPTED.  Sets "*out_of_memory" where it came of memory
 * that was refused.
 */
int pyexec_ending_error(int *out_of_memory);

/*
 * The part of Py_FinalizeEx() that a program can notice, in its order:
 * threads joined, exit functions called, streams flushed, garbage collected,
 * __main__ and its objects finalized.  Returns -1 when a stream could not be
 * flushed, else 0.
 *
 * The rest, tearing down every module of a large heap shared with the zygote,
 * would copy most of its pages only to give them back.
 */
int pyexec_ending_finish(void);


#endif /* PYEXEC_ENDING_H */
