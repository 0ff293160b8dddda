/*
 * The modules and functions of Python that the rules are about, and how one
 * leads to another.
 */

#ifndef PYEXEC_VALUES_H
#define PYEXEC_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>


typedef enum {
    PYEXEC_MODULE_OTHER,        /* any without a rule of its own */
    PYEXEC_MODULE_BUILTINS,
    PYEXEC_MODULE_CODECS,
    PYEXEC_MODULE_FUNCTOOLS,
    PYEXEC_MODULE_IMPORTLIB,
    PYEXEC_MODULE_IO,
    PYEXEC_MODULE_OS,
    PYEXEC_MODULE_SUBPROCESS,
    PYEXEC_MODULE_SYS
} pyexec_module_t;


/*
 * What an expression may be: any of the members.  Nothing at all is a value
 * that no rule is about.
 */

typedef struct {
    uint64_t  functions;        /* bit N: operation N of the table */
    uint32_t  modules;          /* bit N: pyexec_module_t */
    uint32_t  dicts;            /* bit N: the namespace of that module */
} pyexec_value_t;


/* What leads to others or is known for another reason, above those bits. */

#define PYEXEC_FUNCTION_IMPORT         (UINT64_C(1) << 63)
#define PYEXEC_FUNCTION_IMPORT_MODULE  (UINT64_C(1) << 62)
#define PYEXEC_FUNCTION_GETATTR        (UINT64_C(1) << 61)
#define PYEXEC_FUNCTION_VARS           (UINT64_C(1) << 60)
#define PYEXEC_FUNCTION_GLOBALS        (UINT64_C(1) << 59)
#define PYEXEC_FUNCTION_PARTIAL        (UINT64_C(1) << 58)
#define PYEXEC_FUNCTION_SYS_MODULES    (UINT64_C(1) << 57)  /* sys.modules */
#define PYEXEC_FUNCTION_SINK           (UINT64_C(1) << 56)  /* os.devnull */
#define PYEXEC_FUNCTION_DESCRIPTOR     (UINT64_C(1) << 55)  /* gives some */


typedef enum {
    PYEXEC_WHEN_CALL,
    PYEXEC_WHEN_MODE,
    PYEXEC_WHEN_SHELL
} pyexec_when_t;


/* One forbidden operation; see rules.h. */

typedef struct {
    const char     *module;
    const char     *function;
    pyexec_when_t   when;
    unsigned        argument;
} pyexec_operation_t;


extern const pyexec_operation_t  pyexec_operations[];
extern const unsigned            pyexec_operations_count;



static inline bool
pyexec_value_is_none(pyexec_value_t value)
{
    return (value.functions | value.modules | value.dicts) == 0;
}


static inline pyexec_value_t
pyexec_value_union(pyexec_value_t a, pyexec_value_t b)
{
    a.functions |= b.functions;
    a.modules |= b.modules;
    a.dicts |= b.dicts;

    return a;
}


/* The module that "import <text>" gives, submodules without their roots. */

pyexec_module_t pyexec_values_module(const char *text, size_t len);

bool pyexec_values_is_builtin(const char *text, size_t len);
pyexec_value_t pyexec_values_builtin(const char *text, size_t len);

/* <value>.<text> */

pyexec_value_t pyexec_values_attribute(pyexec_value_t value, const char *text,
    size_t len);

/* <value>["<text>"] */

pyexec_value_t pyexec_values_item(pyexec_value_t value, const char *text,
    size_t len);


#endif /* PYEXEC_VALUES_H */
