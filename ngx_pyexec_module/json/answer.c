#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "text.h"


#define U_FFFD  "\xef\xbf\xbd"


/*
 * Both passes, for the length and for the bytes, are the same walk over a
 * sink, so that they cannot disagree.
 */

typedef struct {
    unsigned char  *p;          /* NULL: only count */
    size_t          len;
} sink_t;


static void put_answer(sink_t *sink, const pyexec_answer_t *answer);
static void put_refusal(sink_t *sink, const pyexec_refusal_t *refusal);
static void put_error(sink_t *sink, const pyexec_answer_t *answer);
static void put_chars(sink_t *sink, const unsigned char *data, size_t len);
static void put_escape(sink_t *sink, unsigned char c);
static void put_decimal(sink_t *sink, double seconds, unsigned digits);
static void put_format(sink_t *sink, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void put_literal(sink_t *sink, const char *s);
static void put(sink_t *sink, const void *data, size_t len);


size_t
pyexec_answer_length(const pyexec_answer_t *answer)
{
    sink_t  sink = { NULL, 0 };

    put_answer(&sink, answer);

    return sink.len;
}


unsigned char *
pyexec_answer_write(unsigned char *p, const pyexec_answer_t *answer)
{
    sink_t  sink = { p, 0 };

    put_answer(&sink, answer);

    return p + sink.len;
}


size_t
pyexec_refusal_length(const pyexec_refusal_t *refusal)
{
    sink_t  sink = { NULL, 0 };

    put_refusal(&sink, refusal);

    return sink.len;
}


unsigned char *
pyexec_refusal_write(unsigned char *p, const pyexec_refusal_t *refusal)
{
    sink_t  sink = { p, 0 };

    put_refusal(&sink, refusal);

    return p + sink.len;
}


static void
put_answer(sink_t *sink, const pyexec_answer_t *answer)
{
    put_literal(sink, "{\"output\": \"");
    put_chars(sink, answer->output.data, answer->output.len);

    put_literal(sink, "\", \"error\": \"");
    put_error(sink, answer);

    put_format(sink, "\", \"returncode\": %d", answer->returncode);

    put_literal(sink, ", \"execution_time\": \"");
    put_decimal(sink, answer->execution_time, 4);

    put_literal(sink, " seconds\", \"status\": \"");
    put_chars(sink, (const unsigned char *) answer->status,
              strlen(answer->status));

    put_literal(sink, "\", \"cpu_time\": ");
    put_decimal(sink, answer->cpu_time, 6);

    put_format(sink, ", \"memory\": %" PRIu64 "}", answer->memory);
}


static void
put_refusal(sink_t *sink, const pyexec_refusal_t *refusal)
{
    put_literal(sink, "{\"error\": \"");
    put_chars(sink, (const unsigned char *) refusal->error,
              strlen(refusal->error));
    put_literal(sink, "\"");

    if (refusal->line != 0) {
        put_format(sink, ", \"line\": %u, \"column\": %u", refusal->line,
                   refusal->column);
    }

    put_literal(sink, "}");
}


static void
put_error(sink_t *sink, const pyexec_answer_t *answer)
{
    const pyexec_answer_bytes_t  *error;

    error = &answer->error;

    put_chars(sink, error->data, error->len);

    if (answer->notice == NULL) {
        return;
    }

    if (error->len != 0 && error->data[error->len - 1] != '\n') {
        put_escape(sink, '\n');
    }

    put_chars(sink, (const unsigned char *) answer->notice,
              strlen(answer->notice));
}


static void
put_chars(sink_t *sink, const unsigned char *data, size_t len)
{
    const unsigned char  *p, *end, *run;

    if (len == 0) {
        return;
    }

    p = data;
    end = data + len;

    for ( ;; ) {
        run = p;
        p = pyexec_text_run(run, end);

        put(sink, run, (size_t) (p - run));

        if (p == end) {
            return;
        }

        if (*p < 0x80) {
            put_escape(sink, *p);
            p++;

        } else {
            put(sink, U_FFFD, sizeof(U_FFFD) - 1);
            p += pyexec_text_ill_formed(p, end);
        }
    }
}


static void
put_escape(sink_t *sink, unsigned char c)
{
    char  escape[6] = "\\u00";

    static const char  hex[] = "0123456789abcdef";
    static const char  letters[] = {
        ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't',
        ['"'] = '"', ['\\'] = '\\'
    };

    if (letters[c] != 0) {
        escape[1] = letters[c];
        put(sink, escape, 2);
        return;
    }

    escape[4] = hex[c >> 4];
    escape[5] = hex[c & 0xf];
    put(sink, escape, 6);
}


/* printf's "%f" would take the decimal point from the locale */

static void
put_decimal(sink_t *sink, double seconds, unsigned digits)
{
    unsigned  i;
    uint64_t  scale, value;

    scale = 1;

    for (i = 0; i < digits; i++) {
        scale *= 10;
    }

    if (!(seconds > 0)) {
        seconds = 0;

    } else if (seconds > 1e9) {
        seconds = 1e9;
    }

    value = (uint64_t) (seconds * (double) scale + 0.5);

    put_format(sink, "%" PRIu64 ".%0*" PRIu64, value / scale, (int) digits,
               value % scale);
}


static void
put_format(sink_t *sink, const char *format, ...)
{
    int      len;
    char     buf[64];
    va_list  args;

    va_start(args, format);
    len = vsnprintf(buf, sizeof(buf), format, args);
    va_end(args);

    put(sink, buf, (size_t) len);
}


static void
put_literal(sink_t *sink, const char *s)
{
    put(sink, s, strlen(s));
}


static void
put(sink_t *sink, const void *data, size_t len)
{
    if (sink->p != NULL) {
        memcpy(sink->p + sink->len, data, len);
    }

    sink->len += len;
}
