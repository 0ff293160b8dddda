#include "rewritten.h"

#include <string.h>

#include <utf8proc.h>


/*
 * What costs most for its size is a statement of one letter and a semicolon,
 * in a hundred blocks: a line of its own with as many blanks, and a mark.
 */
#define PYEXEC_REWRITTEN_BASE  4096
#define PYEXEC_REWRITTEN_BYTE  64

#define PYEXEC_REWRITTEN_MAGIC_LEN  (sizeof(PYEXEC_REWRITTEN_MAGIC) - 1)


size_t
pyexec_rewritten_limit(size_t code_len)
{
    if (code_len > (SIZE_MAX - PYEXEC_REWRITTEN_BASE) / PYEXEC_REWRITTEN_BYTE)
    {
        return SIZE_MAX;
    }

    return PYEXEC_REWRITTEN_BASE + code_len * PYEXEC_REWRITTEN_BYTE;
}


/* As pyexec_source_normalise() leaves a program: UTF-8, and LF at line ends. */

static bool
is_source(const char *text, size_t len)
{
    size_t              i;
    utf8proc_int32_t    code;
    utf8proc_ssize_t    n;

    for (i = 0; i < len; i += (size_t) n) {
        n = utf8proc_iterate((const utf8proc_uint8_t *) text + i,
                             (utf8proc_ssize_t) (len - i), &code);

        if (n <= 0 || code == '\0' || code == '\r') {
            return false;
        }
    }

    return len < 3 || memcmp(text, "\xEF\xBB\xBF", 3) != 0;
}


static void
mark_at(const pyexec_rewritten_t *rewritten, size_t i,
    pyexec_rewritten_mark_t *mark)
{
    memcpy(mark, rewritten->marks + i * sizeof(*mark), sizeof(*mark));
}


static bool
is_after(const pyexec_rewritten_mark_t *mark, uint32_t line, uint32_t column)
{
    return mark->line > line || (mark->line == line && mark->column > column);
}


/* They are looked up by halves: each must be behind the one before. */

static bool
are_in_order(const pyexec_rewritten_t *rewritten)
{
    size_t                    i;
    uint32_t                  line, column;
    pyexec_rewritten_mark_t   mark;

    line = 0;
    column = 0;

    for (i = 0; i < rewritten->nmarks; i++) {
        mark_at(rewritten, i, &mark);

        if (!is_after(&mark, line, column)) {
            return false;
        }

        line = mark.line;
        column = mark.column;
    }

    return true;
}


bool
pyexec_rewritten_parse(pyexec_rewritten_t *rewritten, const char *reply,
    size_t reply_len)
{
    size_t    rest, marks;
    uint32_t  numbers[2];

    if (reply_len < PYEXEC_REWRITTEN_MAGIC_LEN + sizeof(numbers)
        || memcmp(reply, PYEXEC_REWRITTEN_MAGIC, PYEXEC_REWRITTEN_MAGIC_LEN)
           != 0)
    {
        return false;
    }

    reply += PYEXEC_REWRITTEN_MAGIC_LEN;
    memcpy(numbers, reply, sizeof(numbers));

    rest = reply_len - PYEXEC_REWRITTEN_MAGIC_LEN - sizeof(numbers);

    if (numbers[1] > rest / sizeof(pyexec_rewritten_mark_t)) {
        return false;
    }

    marks = numbers[1] * sizeof(pyexec_rewritten_mark_t);

    if (numbers[0] != rest - marks) {
        return false;
    }

    rewritten->marks = reply + sizeof(numbers);
    rewritten->nmarks = numbers[1];
    rewritten->text = rewritten->marks + marks;
    rewritten->len = numbers[0];

    return is_source(rewritten->text, rewritten->len)
           && are_in_order(rewritten);
}


/* The last mark that is not behind a place of the text, on the same line. */

static bool
find_mark(const pyexec_rewritten_t *rewritten, uint32_t line, uint32_t column,
    pyexec_rewritten_mark_t *mark)
{
    size_t  low, high, middle;

    low = 0;
    high = rewritten->nmarks;

    while (low < high) {
        middle = low + (high - low) / 2;
        mark_at(rewritten, middle, mark);

        if (is_after(mark, line, column)) {
            high = middle;

        } else {
            low = middle + 1;
        }
    }

    if (low == 0) {
        return false;
    }

    mark_at(rewritten, low - 1, mark);

    return mark->line == line;
}


/* Moves a place that is not in the program to one that is. */

static void
set_within(const char *code, size_t code_len, uint32_t *line,
    uint32_t *column)
{
    size_t    i;
    uint32_t  at_line, at_column;

    at_line = 1;
    at_column = 1;

    for (i = 0; i < code_len && at_line < *line; i++) {
        at_line += code[i] == '\n';
    }

    for ( /* void */ ; i < code_len && code[i] != '\n'; i++) {

        if (((unsigned char) code[i] & 0xC0) == 0x80) {
            continue;
        }

        if (at_column == *column) {
            break;
        }

        at_column++;
    }

    *line = at_line;
    *column = at_column;
}


void
pyexec_rewritten_position(const pyexec_rewritten_t *rewritten,
    const char *code, size_t code_len, uint32_t *line, uint32_t *column)
{
    uint32_t                  after;
    pyexec_rewritten_mark_t   mark;

    if (!find_mark(rewritten, *line, *column, &mark)) {
        *line = 1;
        *column = 1;
        return;
    }

    after = *column - mark.column;

    *line = mark.program_line;
    *column = mark.program_column > UINT32_MAX - after
              ? UINT32_MAX : mark.program_column + after;

    set_within(code, code_len, line, column);
}


void
pyexec_rewritten_check(const pyexec_policy_t *policy, const char *code,
    size_t code_len, const char *reply, size_t reply_len,
    pyexec_policy_verdict_t *verdict)
{
    pyexec_rewritten_t       rewritten;
    pyexec_policy_verdict_t  of_text;

    if (verdict->outcome != PYEXEC_POLICY_UNANALYSABLE
        || !pyexec_rewritten_parse(&rewritten, reply, reply_len))
    {
        return;
    }

    pyexec_policy_check(policy, rewritten.text, rewritten.len, &of_text);

    switch (of_text.outcome) {

    case PYEXEC_POLICY_REFUSED:
        pyexec_rewritten_position(&rewritten, code, code_len, &of_text.line,
                                  &of_text.column);
        break;

    case PYEXEC_POLICY_ALLOWED:
    case PYEXEC_POLICY_NO_MEMORY:
        break;

    case PYEXEC_POLICY_UNDECIDED:
    case PYEXEC_POLICY_UNANALYSABLE:
        return;
    }

    *verdict = of_text;
}
