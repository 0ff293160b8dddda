#define _POSIX_C_SOURCE  200809L

#include "parse.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <time.h>


#define PYEXEC_PARSE_MICROSECOND  1000


typedef struct {
    const pyexec_scanner_input_t  *input;
    const pyexec_parse_limits_t   *limits;
    int64_t                        slice_end;   /* wall time */
    int64_t                        end;         /* CPU time; 0: none yet */
} watch_t;


static int64_t
clock_time(clockid_t clock)
{
    struct timespec  now;

    clock_gettime(clock, &now);

    return (int64_t) now.tv_sec * 1000000000 + now.tv_nsec;
}


/*
 * Whether a parse has to end.  The CPU's clock is a system call, so that most
 * programs are read before it is looked at once.
 */

static bool
is_over(watch_t *watch)
{
    int64_t  now;

    if (watch->input->stop) {
        return true;
    }

    now = clock_time(CLOCK_MONOTONIC);

    if (now < watch->slice_end) {
        return false;
    }

    watch->slice_end = now + watch->limits->slice;
    now = clock_time(CLOCK_THREAD_CPUTIME_ID);

    if (watch->end == 0) {
        watch->end = now + watch->limits->time;
        return false;
    }

    return now >= watch->end;
}


#if (TREE_SITTER_LANGUAGE_VERSION >= 15)

static bool
progress(TSParseState *state)
{
    return is_over(state->payload);
}


static TSTree *
parse(TSParser *parser, TSInput source, watch_t *watch)
{
    TSParseOptions  options;

    memset(&options, 0, sizeof(options));
    options.payload = watch;
    options.progress_callback = progress;

    return ts_parser_parse_with_options(parser, NULL, source, options);
}

#else

/* The library knows wall time only: it works in slices. */

static TSTree *
parse(TSParser *parser, TSInput source, watch_t *watch)
{
    TSTree  *tree;

    ts_parser_set_cancellation_flag(parser, &watch->input->stop);
    ts_parser_set_timeout_micros(parser, (uint64_t) watch->limits->slice
                                         / PYEXEC_PARSE_MICROSECOND);

    do {
        tree = ts_parser_parse(parser, NULL, source);
    } while (tree == NULL && !is_over(watch));

    return tree;
}

#endif


TSTree *
pyexec_parse(const TSLanguage *language, pyexec_scanner_input_t *input,
    pyexec_parse_read_pt read, const pyexec_parse_limits_t *limits)
{
    TSTree    *tree;
    TSInput    source;
    watch_t    watch;
    TSParser  *parser;

    memset(&source, 0, sizeof(source));
    source.payload = input;
    source.read = read;
    source.encoding = TSInputEncodingUTF8;

    watch.input = input;
    watch.limits = limits;
    watch.slice_end = clock_time(CLOCK_MONOTONIC) + limits->slice;
    watch.end = 0;

    parser = ts_parser_new();
    tree = NULL;

    pyexec_scanner_set_input(input);

    if (ts_parser_set_language(parser, language)) {
        tree = parse(parser, source, &watch);
    }

    ts_parser_delete(parser);

    pyexec_scanner_set_input(NULL);

    return tree;
}
