/*
 * What the policy refuses and what it allows by default, once for all its
 * readers: the checker, the interpreter's half and the test of the docs.
 */

#ifndef PYEXEC_RULES_H
#define PYEXEC_RULES_H


/* The modules that "default" stands for, in the order of the docs. */

#define PYEXEC_RULES_DEFAULT_ALLOW(X)                                         \
    X("math")                                                                 \
    X("random")                                                               \
    X("datetime")                                                             \
    X("numpy")                                                                \
    X("requests")                                                             \
    X("json")                                                                 \
    X("string")                                                               \
    X("os")                                                                   \
    X("sys")                                                                  \
    X("collections")                                                          \
    X("re")                                                                   \
    X("time")                                                                 \
    X("subprocess")                                                           \
    X("itertools")                                                            \
    X("functools")                                                            \
    X("typing")                                                               \
    X("statistics")                                                           \
    X("decimal")                                                              \
    X("hashlib")                                                              \
    X("uuid")                                                                 \
    X("copy")                                                                 \
    X("heapq")                                                                \
    X("bisect")                                                               \
    X("operator")                                                             \
    X("shlex")                                                                \
    X("dataclasses")                                                          \
    X("textwrap")


/*
 * The forbidden operations, X(module, function, when, argument):
 *
 *   CALL     every call;
 *   MODE     a call whose argument of that position (or keyword "mode") is a
 *            string that holds one of PYEXEC_RULES_WRITE_MODES;
 *   SHELL    a call whose argument of that position (or keyword "shell") is
 *            true.
 *
 * Positions count from 0.
 */

#define PYEXEC_RULES_OPERATIONS(X)                                            \
    X("os", "system", CALL, 0)                                                \
    X("os", "popen", CALL, 0)                                                 \
    X("os", "execl", CALL, 0)                                                 \
    X("os", "execle", CALL, 0)                                                \
    X("os", "execlp", CALL, 0)                                                \
    X("os", "execlpe", CALL, 0)                                               \
    X("os", "execv", CALL, 0)                                                 \
    X("os", "execve", CALL, 0)                                                \
    X("os", "execvp", CALL, 0)                                                \
    X("os", "execvpe", CALL, 0)                                               \
    X("os", "spawnl", CALL, 0)                                                \
    X("os", "spawnle", CALL, 0)                                               \
    X("os", "spawnlp", CALL, 0)                                               \
    X("os", "spawnlpe", CALL, 0)                                              \
    X("os", "spawnv", CALL, 0)                                                \
    X("os", "spawnve", CALL, 0)                                               \
    X("os", "spawnvp", CALL, 0)                                               \
    X("os", "spawnvpe", CALL, 0)                                              \
    X("os", "posix_spawn", CALL, 0)                                           \
    X("os", "posix_spawnp", CALL, 0)                                          \
    X("subprocess", "getoutput", CALL, 0)                                     \
    X("subprocess", "getstatusoutput", CALL, 0)                               \
    X("builtins", "open", MODE, 1)                                            \
    X("io", "open", MODE, 1)                                                  \
    X("codecs", "open", MODE, 1)                                              \
    X("os", "fdopen", MODE, 1)                                                \
    X("subprocess", "run", SHELL, 8)                                          \
    X("subprocess", "call", SHELL, 8)                                         \
    X("subprocess", "check_call", SHELL, 8)                                   \
    X("subprocess", "check_output", SHELL, 8)                                 \
    X("subprocess", "Popen", SHELL, 8)


#define PYEXEC_RULES_WRITE_MODES  "wax+"


/*
 * What may be opened in any mode: no file is written behind these paths.  Nor
 * is one behind a descriptor that the program holds.
 */

#define PYEXEC_RULES_SINKS(X)                                                 \
    X("/dev/null")                                                            \
    X("/dev/stdout")                                                          \
    X("/dev/stderr")


/* The words, as printf formats. */

#define PYEXEC_RULES_IMPORT     "Disallowed import: %s"
#define PYEXEC_RULES_COMPUTED   "Forbidden operation: __import__ with a "     \
                                "computed name"
#define PYEXEC_RULES_CALL       "Forbidden operation: %s.%s"
#define PYEXEC_RULES_MODE       "Forbidden operation: open with mode '%s'"
#define PYEXEC_RULES_SHELL      "Forbidden operation: %s.%s with shell=True"
#define PYEXEC_RULES_UNKNOWN    "cannot be analysed"


#endif /* PYEXEC_RULES_H */
