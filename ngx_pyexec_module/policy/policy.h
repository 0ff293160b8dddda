/*
 * What a program may import and do, decided over its syntax tree before
 * anything runs.  Plain C11 over tree-sitter: no nginx and no Python in here,
 * no global state, safe to call from any thread.
 */

#ifndef PYEXEC_POLICY_H
#define PYEXEC_POLICY_H

#include <stddef.h>
#include <stdint.h>


/* Names longer than this are cut in messages; with the NUL. */
#define PYEXEC_POLICY_MESSAGE_SIZE  256
#define PYEXEC_POLICY_RULE_SIZE     64


typedef struct pyexec_policy_s  pyexec_policy_t;


typedef struct {
    /*
     * The roots that may be imported, UTF-8.  A single "*" allows every
     * import.
     */
    const char *const  *allow;
    size_t              nallow;

    /* The rule on open() modes does not apply: the run has a scratch. */
    unsigned            writable:1;

    /* Modules whose imports the verdict tells; of "a.b" the root counts. */
    const char *const  *watch;
    size_t              nwatch;
} pyexec_policy_options_t;


typedef enum {
    /* Nothing was checked: a verdict of zeros, which allows nothing. */
    PYEXEC_POLICY_UNDECIDED = 0,

    PYEXEC_POLICY_ALLOWED,

    /* An import outside the allow-list or a forbidden operation. */
    PYEXEC_POLICY_REFUSED,

    /*
     * The parser found an error or gave up.  Such a program may be compiled
     * but must not run; if CPython accepts what the parser did not, it is
     * refused with this verdict's message, line and column.
     */
    PYEXEC_POLICY_UNANALYSABLE,

    PYEXEC_POLICY_NO_MEMORY
} pyexec_policy_outcome_t;


typedef struct {
    pyexec_policy_outcome_t  outcome;
    uint32_t                 line;      /* 1-based */
    uint32_t                 column;    /* 1-based, in characters */

    /*
     * Without the leading "Code is not safe: ", for example
     * "Disallowed import: socket" or "Forbidden operation: os.system".
     */
    char                     message[PYEXEC_POLICY_MESSAGE_SIZE];

    /*
     * The rule that refused the code: "import", "__import__", "open",
     * "unanalysable", or a function as "os.system" or "subprocess.run".
     */
    char                     rule[PYEXEC_POLICY_RULE_SIZE];

    /*
     * Of an allowed program, pyexec_policy_watched(i) where it imports the
     * root of watch[i]; what only a run can tell is not in it.
     */
    uint64_t                 imports;
} pyexec_policy_verdict_t;


/* The bit of watch[i]; the last one stands for all that have none. */

static inline uint64_t
pyexec_policy_watched(size_t i)
{
    return UINT64_C(1) << (i < 63 ? i : 63);
}


/*
 * Builds a policy; it keeps no pointer into "options", never changes
 * afterwards and may be shared by threads.  NULL when memory is short.
 */

pyexec_policy_t *pyexec_policy_create(const pyexec_policy_options_t *options);
void pyexec_policy_free(pyexec_policy_t *policy);

/*
 * Tries whether the tree-sitter library and the grammar at hand do what a
 * check counts on, in some 0.1 ms.  NULL where they do; else what they do not,
 * in words for the operator, a constant string: then nothing may be checked.
 */

const char *pyexec_policy_prove(const pyexec_policy_t *policy);

/*
 * Checks "len" bytes of normalised code (see source.h).  Time and memory are
 * bounded for any bytes.  Where memory is short libtree-sitter, unlike this
 * code, ends the process.
 */

void pyexec_policy_check(const pyexec_policy_t *policy, const char *code,
    size_t len, pyexec_policy_verdict_t *verdict);


#endif /* PYEXEC_POLICY_H */
