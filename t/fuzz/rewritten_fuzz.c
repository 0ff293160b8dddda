/*
 * Any bytes as the reply to a program: two bytes with the length of the
 * program, the program, the reply.  What is found in a reply lies within it,
 * and every place that is told lies within the program.
 *
 *   clang -std=c11 -g -O1 -fsanitize=fuzzer,address,undefined \
 *      -Ingx_pyexec_module -isystem node_modules/tree-sitter-python/src \
 *      t/fuzz/rewritten_fuzz.c ngx_pyexec_module/policy/[a-z]*.c \
 *      -ltree-sitter -lutf8proc -o build/fuzz/rewritten_fuzz
 *   build/fuzz/rewritten_fuzz -dict=t/fuzz/rewritten.dict corpus \
 *      t/fuzz/corpus/rewritten
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "policy/policy.h"
#include "policy/rewritten.h"
#include "policy/source.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


/* A copy of its exact size: a byte read past it is found. */

static char *
copy_of(const uint8_t *data, size_t len)
{
    char  *copy;

    copy = malloc(len + !len);
    CHECK(copy != NULL);
    memcpy(copy, data, len);

    return copy;
}


static void
check_position(const char *code, size_t len, uint32_t line, uint32_t column)
{
    size_t    i;
    uint32_t  at, end;

    CHECK(line >= 1 && column >= 1);

    at = 1;

    for (i = 0; i < len && at < line; i++) {
        at += code[i] == '\n';
    }

    CHECK(at == line);

    for (end = 1; i < len && code[i] != '\n'; i++) {
        end += ((unsigned char) code[i] & 0xC0) != 0x80;
    }

    CHECK(column <= end);
}


static void
check_positions(const char *code, size_t len, const char *reply,
    size_t reply_len)
{
    size_t               i;
    uint32_t             line, column;
    pyexec_rewritten_t   rewritten;

    static const uint32_t  numbers[] = { 0, 1, 2, 7, 1u << 31, UINT32_MAX };

    if (!pyexec_rewritten_parse(&rewritten, reply, reply_len)) {
        return;
    }

    CHECK(rewritten.marks >= reply);
    CHECK(rewritten.text >= rewritten.marks);
    CHECK(rewritten.text + rewritten.len == reply + reply_len);
    CHECK(memchr(rewritten.text, '\r', rewritten.len) == NULL);
    CHECK(memchr(rewritten.text, '\0', rewritten.len) == NULL);

    for (i = 0; i < 36; i++) {
        line = numbers[i / 6];
        column = numbers[i % 6];

        pyexec_rewritten_position(&rewritten, code, len, &line, &column);
        check_position(code, len, line, column);
    }
}


static pyexec_policy_t *
create(void)
{
    pyexec_policy_t          *policy;
    pyexec_policy_options_t   options;

    static const char *const  allow[] = { "math" };

    memset(&options, 0, sizeof(options));
    options.allow = allow;
    options.nallow = 1;

    policy = pyexec_policy_create(&options);
    CHECK(policy != NULL);

    return policy;
}


static void
check(const char *code, size_t len, const char *reply, size_t reply_len)
{
    pyexec_rewritten_t        rewritten;
    pyexec_policy_verdict_t   verdict, before;

    static pyexec_policy_t   *policy;

    if (policy == NULL) {
        policy = create();
    }

    memset(&before, 0, sizeof(before));
    before.outcome = PYEXEC_POLICY_UNANALYSABLE;
    before.line = 1;
    before.column = 1;

    verdict = before;
    pyexec_rewritten_check(policy, code, len, reply, reply_len, &verdict);

    switch (verdict.outcome) {

    case PYEXEC_POLICY_ALLOWED:
        CHECK(pyexec_rewritten_parse(&rewritten, reply, reply_len));
        CHECK(verdict.line == 0 && verdict.column == 0);
        break;

    case PYEXEC_POLICY_REFUSED:
        CHECK(pyexec_rewritten_parse(&rewritten, reply, reply_len));
        CHECK(verdict.message[0] != '\0' && verdict.rule[0] != '\0');
        check_position(code, len, verdict.line, verdict.column);
        break;

    case PYEXEC_POLICY_UNANALYSABLE:
        CHECK(memcmp(&verdict, &before, sizeof(verdict)) == 0);
        break;

    case PYEXEC_POLICY_UNDECIDED:
    case PYEXEC_POLICY_NO_MEMORY:
        CHECK(!"there is no decision");
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char    *code, *reply;
    size_t   len, code_len;

    if (size < 2) {
        return 0;
    }

    len = (size_t) data[0] | (size_t) data[1] << 8;
    data += 2;
    size -= 2;

    if (len > size) {
        len = size;
    }

    code = copy_of(data, len);
    reply = copy_of(data + len, size - len);

    code_len = pyexec_source_normalise(code, len);

    check_positions(code, code_len, reply, size - len);
    check(code, code_len, reply, size - len);

    free(code);
    free(reply);

    return 0;
}
