#include "values.h"

#include <string.h>

#include "rules.h"


typedef struct {
    const char       *name;
    pyexec_module_t   module;
} named_module_t;


typedef struct {
    pyexec_module_t   module;
    const char       *name;
    uint64_t          function;
} named_function_t;


#define CALL   PYEXEC_WHEN_CALL
#define MODE   PYEXEC_WHEN_MODE
#define SHELL  PYEXEC_WHEN_SHELL

#define PYEXEC_VALUES_OPERATION(module, function, when, argument)             \
    { module, function, when, argument },

const pyexec_operation_t  pyexec_operations[] = {
    PYEXEC_RULES_OPERATIONS(PYEXEC_VALUES_OPERATION)
};

#define PYEXEC_VALUES_COUNT                                                   \
    (sizeof(pyexec_operations) / sizeof(pyexec_operations[0]))

_Static_assert(PYEXEC_VALUES_COUNT <= 55, "a bit for each operation");

const unsigned  pyexec_operations_count = PYEXEC_VALUES_COUNT;


static const named_module_t  modules[] = {
    { "_io", PYEXEC_MODULE_IO },
    { "builtins", PYEXEC_MODULE_BUILTINS },
    { "codecs", PYEXEC_MODULE_CODECS },
    { "functools", PYEXEC_MODULE_FUNCTOOLS },
    { "importlib", PYEXEC_MODULE_IMPORTLIB },
    { "io", PYEXEC_MODULE_IO },
    { "os", PYEXEC_MODULE_OS },
    { "posix", PYEXEC_MODULE_OS },
    { "subprocess", PYEXEC_MODULE_SUBPROCESS },
    { "sys", PYEXEC_MODULE_SYS },
};


/* Those that the operations do not name. */

static const named_function_t  functions[] = {
    { PYEXEC_MODULE_BUILTINS, "__import__", PYEXEC_FUNCTION_IMPORT },
    { PYEXEC_MODULE_BUILTINS, "getattr", PYEXEC_FUNCTION_GETATTR },
    { PYEXEC_MODULE_BUILTINS, "vars", PYEXEC_FUNCTION_VARS },
    { PYEXEC_MODULE_BUILTINS, "globals", PYEXEC_FUNCTION_GLOBALS },
    { PYEXEC_MODULE_BUILTINS, "locals", PYEXEC_FUNCTION_GLOBALS },
    { PYEXEC_MODULE_FUNCTOOLS, "partial", PYEXEC_FUNCTION_PARTIAL },
    { PYEXEC_MODULE_IMPORTLIB, "import_module",
      PYEXEC_FUNCTION_IMPORT_MODULE },
    { PYEXEC_MODULE_IMPORTLIB, "__import__", PYEXEC_FUNCTION_IMPORT },
    { PYEXEC_MODULE_OS, "devnull", PYEXEC_FUNCTION_SINK },
    { PYEXEC_MODULE_OS, "dup", PYEXEC_FUNCTION_DESCRIPTOR },
    { PYEXEC_MODULE_OS, "dup2", PYEXEC_FUNCTION_DESCRIPTOR },
    { PYEXEC_MODULE_OS, "memfd_create", PYEXEC_FUNCTION_DESCRIPTOR },
    { PYEXEC_MODULE_OS, "openpty", PYEXEC_FUNCTION_DESCRIPTOR },
    { PYEXEC_MODULE_OS, "pipe", PYEXEC_FUNCTION_DESCRIPTOR },
    { PYEXEC_MODULE_OS, "pipe2", PYEXEC_FUNCTION_DESCRIPTOR },
    { PYEXEC_MODULE_SYS, "modules", PYEXEC_FUNCTION_SYS_MODULES },
};


#define PYEXEC_VALUES_ELEMENTS(array)  (sizeof(array) / sizeof((array)[0]))


static bool
same(const char *name, const char *text, size_t len)
{
    return name[0] == text[0] && strncmp(name, text, len) == 0
           && name[len] == '\0';
}


static const named_module_t *
find_module(const char *text, size_t len)
{
    size_t  i;

    for (i = 0; i < PYEXEC_VALUES_ELEMENTS(modules); i++) {
        if (same(modules[i].name, text, len)) {
            return &modules[i];
        }
    }

    return NULL;
}


pyexec_module_t
pyexec_values_module(const char *text, size_t len)
{
    const named_module_t  *named;

    named = find_module(text, len);

    return named ? named->module : PYEXEC_MODULE_OTHER;
}


/* The function <module>.<text>, if there is one that matters. */

static uint64_t
find_function(pyexec_module_t module, const char *text, size_t len)
{
    size_t                     i;
    const pyexec_operation_t  *operation;

    if (module == PYEXEC_MODULE_OTHER) {
        return 0;
    }

    for (i = 0; i < PYEXEC_VALUES_ELEMENTS(functions); i++) {
        if (functions[i].module == module
            && same(functions[i].name, text, len))
        {
            return functions[i].function;
        }
    }

    for (i = 0; i < PYEXEC_VALUES_COUNT; i++) {
        operation = &pyexec_operations[i];

        if (same(operation->function, text, len)
            && pyexec_values_module(operation->module,
                                    strlen(operation->module)) == module)
        {
            return UINT64_C(1) << i;
        }
    }

    return 0;
}


pyexec_value_t
pyexec_values_builtin(const char *text, size_t len)
{
    pyexec_value_t  value;

    memset(&value, 0, sizeof(value));

    /* A module in __main__, a dict everywhere else. */

    if (same("__builtins__", text, len)) {
        value.modules = 1u << PYEXEC_MODULE_BUILTINS;
        value.dicts = 1u << PYEXEC_MODULE_BUILTINS;

        return value;
    }

    value.functions = find_function(PYEXEC_MODULE_BUILTINS, text, len);

    return value;
}


bool
pyexec_values_is_builtin(const char *text, size_t len)
{
    switch (text[0]) {

    case '_':
    case 'g':
    case 'l':
    case 'o':
    case 'v':
        return !pyexec_value_is_none(pyexec_values_builtin(text, len));

    default:
        return false;
    }
}


static pyexec_value_t
module_attribute(pyexec_module_t module, const char *text, size_t len)
{
    pyexec_value_t         value;
    const named_module_t  *named;

    memset(&value, 0, sizeof(value));

    value.functions = find_function(module, text, len);

    if (value.functions) {
        return value;
    }

    if (same("__dict__", text, len)) {
        value.dicts = 1u << module;
        return value;
    }

    if (same("__builtins__", text, len)) {
        return pyexec_values_builtin(text, len);
    }

    /*
     * What a module imports for itself is an attribute of it, often under a
     * private name: random._os, subprocess.os, os.sys.
     */

    named = find_module(text, len);

    if (named == NULL && len > 1 && text[0] == '_') {
        named = find_module(text + 1, len - 1);
    }

    value.modules = 1u << (named ? named->module : PYEXEC_MODULE_OTHER);

    return value;
}


pyexec_value_t
pyexec_values_attribute(pyexec_value_t value, const char *text, size_t len)
{
    unsigned        module;
    pyexec_value_t  result;

    memset(&result, 0, sizeof(result));

    if (value.functions && same("__call__", text, len)) {
        result.functions = value.functions;
    }

    for (module = 0; value.modules >> module; module++) {
        if (value.modules & (1u << module)) {
            result = pyexec_value_union(result,
                                        module_attribute(module, text, len));
        }
    }

    return result;
}


pyexec_value_t
pyexec_values_item(pyexec_value_t value, const char *text, size_t len)
{
    pyexec_value_t  modules;

    memset(&modules, 0, sizeof(modules));
    modules.modules = value.dicts;

    modules = pyexec_values_attribute(modules, text, len);

    if (value.functions & PYEXEC_FUNCTION_SYS_MODULES) {
        modules.modules |= 1u << pyexec_values_module(text, len);
    }

    return modules;
}
