#include "indent.h"


#define PYEXEC_INDENT_TAB    8
#define PYEXEC_INDENT_UNSET  UINT32_MAX


/* False where something else stands before "offset" on its line. */

static bool
measure(pyexec_walk_t *walk, uint32_t offset, pyexec_indent_t *indent)
{
    uint32_t     start, i;
    const char  *code;

    code = walk->model->code;

    for (start = offset; start > 0 && code[start - 1] != '\n'; start--) {
        switch (code[start - 1]) {

        case ' ':
        case '\t':
        case '\f':
            break;

        default:
            return false;
        }
    }

    indent->column = 0;
    indent->tabless = 0;

    for (i = start; i < offset; i++) {
        switch (code[i]) {

        case ' ':
            indent->column++;
            indent->tabless++;
            break;

        case '\t':
            indent->column = (indent->column / PYEXEC_INDENT_TAB + 1)
                             * PYEXEC_INDENT_TAB;
            indent->tabless++;
            break;

        default: /* '\f' */
            indent->column = 0;
            indent->tabless = 0;
        }
    }

    /*
     * After a line of blanks and a backslash CPython takes the columns of
     * that line.
     */

    if (start > 1 && code[start - 2] == '\\') {
        for (i = start - 2; i > 0 && code[i - 1] != '\n'; i--) {
            if (code[i - 1] != ' ' && code[i - 1] != '\t'
                && code[i - 1] != '\f')
            {
                return true;
            }
        }

        pyexec_walk_doubt(walk, start);
    }

    return true;
}


void
pyexec_indent_begin(pyexec_walk_t *walk)
{
    walk->indent.column = PYEXEC_INDENT_UNSET;
}


void
pyexec_indent_check(pyexec_walk_t *walk, uint32_t offset, bool statement)
{
    pyexec_indent_t   indent;
    pyexec_indent_t  *around;

    if (!measure(walk, offset, &indent)) {
        return;
    }

    if (statement && walk->indent.column == PYEXEC_INDENT_UNSET) {
        around = &pyexec_walk_frame(walk, 1)->indent;

        if (indent.column <= around->column
            || indent.tabless <= around->tabless)
        {
            pyexec_walk_doubt(walk, offset);
        }

        walk->indent = indent;
        return;
    }

    if (indent.column != walk->indent.column
        || indent.tabless != walk->indent.tabless)
    {
        pyexec_walk_doubt(walk, offset);
    }
}
