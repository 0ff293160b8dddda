/*
 * cJSON parses a copy of the body, after a scan that sees to what cJSON is
 * lenient about; then one walk over the object reads the known fields.
 *
 * The only state that cJSON shares between threads is the position of the
 * last error, which is never read here.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "request.h"
#include "scan.h"


typedef struct {
    pyexec_request_t               *request;
    const pyexec_request_limits_t  *limits;
    char                           *error;
} parse_t;


typedef struct field_s  field_t;

struct field_s {
    const char                *name;
    const char                *type;
    bool                       optional;
    pyexec_request_status_t  (*read)(parse_t *parse, const field_t *field,
                                     const cJSON *item);
};


static cJSON *parse_document(const char *body, size_t len);
static pyexec_request_status_t read_document(parse_t *parse,
    const cJSON *document);
static size_t find_field(const char *name);
static pyexec_request_status_t read_code(parse_t *parse, const field_t *field,
    const cJSON *item);
static pyexec_request_status_t read_stdin(parse_t *parse,
    const field_t *field, const cJSON *item);
static pyexec_request_status_t read_args(parse_t *parse, const field_t *field,
    const cJSON *item);
static pyexec_request_status_t read_timeout(parse_t *parse,
    const field_t *field, const cJSON *item);
static pyexec_request_status_t read_string(parse_t *parse,
    const field_t *field, const cJSON *item, pyexec_request_string_t *string);
static pyexec_request_status_t wrong_type(parse_t *parse,
    const field_t *field);
static pyexec_request_status_t out_of_memory(parse_t *parse);
static pyexec_request_status_t fail(parse_t *parse,
    pyexec_request_status_t status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));


static const field_t  fields[] = {
    { "code",    "a string",                            false, read_code },
    { "stdin",   "a string",                            true,  read_stdin },
    { "args",    "an array of strings",                 true,  read_args },
    { "timeout", "a number of seconds greater than 0",  true,  read_timeout },
};

#define NFIELDS  (sizeof(fields) / sizeof(fields[0]))


pyexec_request_status_t
pyexec_request_parse(pyexec_request_t *request, const char *body, size_t len,
    const pyexec_request_limits_t *limits,
    char error[PYEXEC_REQUEST_ERROR_SIZE])
{
    parse_t                   parse = { request, limits, error };
    pyexec_request_status_t   status;

    memset(request, 0, sizeof(*request));

    request->input.data = "";
    request->timeout = limits->timeout;

    if (len == 0) {
        return fail(&parse, PYEXEC_REQUEST_INVALID, "Request body is empty");
    }

    errno = 0;
    request->document = parse_document(body, len);

    if (request->document == NULL) {
        return (errno == ENOMEM) ? out_of_memory(&parse)
                                 : fail(&parse, PYEXEC_REQUEST_INVALID,
                                        "Invalid JSON");
    }

    status = read_document(&parse, request->document);

    if (status != PYEXEC_REQUEST_OK) {
        pyexec_request_free(request);
    }

    return status;
}


void
pyexec_request_free(pyexec_request_t *request)
{
    free(request->args);
    cJSON_Delete(request->document);

    memset(request, 0, sizeof(*request));
}


/* NULL with ENOMEM, or NULL with any other errno where this is not JSON */

static cJSON *
parse_document(const char *body, size_t len)
{
    char   *json;
    cJSON  *document;

    json = malloc(len + 1);
    if (json == NULL) {
        return NULL;
    }

    memcpy(json, body, len);
    json[len] = '\0';
    document = NULL;

    if (pyexec_scan(json, len)) {

        /* where the length counts the NUL, cJSON lets nothing go before it */

        document = cJSON_ParseWithLengthOpts(json, len + 1, NULL, 1);
    }

    free(json);

    return document;
}


static pyexec_request_status_t
read_document(parse_t *parse, const cJSON *document)
{
    bool                      seen[NFIELDS] = { false };
    size_t                    i;
    const cJSON              *item;
    pyexec_request_status_t   status;

    if (!cJSON_IsObject(document)) {
        return fail(parse, PYEXEC_REQUEST_INVALID,
                    "Request body must be a JSON object");
    }

    cJSON_ArrayForEach(item, document) {
        i = find_field(item->string);

        if (i == NFIELDS) {
            continue;
        }

        if (seen[i]) {
            return fail(parse, PYEXEC_REQUEST_INVALID,
                        "Field \"%s\" is given twice", fields[i].name);
        }

        seen[i] = true;

        /* some clients spell out what they leave out */

        if (fields[i].optional && cJSON_IsNull(item)) {
            continue;
        }

        status = fields[i].read(parse, &fields[i], item);

        if (status != PYEXEC_REQUEST_OK) {
            return status;
        }
    }

    if (parse->request->code.data == NULL) {
        return fail(parse, PYEXEC_REQUEST_INVALID, "Missing \"code\" field");
    }

    return PYEXEC_REQUEST_OK;
}


static size_t
find_field(const char *name)
{
    size_t  i;

    for (i = 0; i < NFIELDS; i++) {
        if (strcmp(name, fields[i].name) == 0) {
            break;
        }
    }

    return i;
}


static pyexec_request_status_t
read_code(parse_t *parse, const field_t *field, const cJSON *item)
{
    pyexec_request_string_t  *code;
    pyexec_request_status_t   status;

    code = &parse->request->code;
    status = read_string(parse, field, item, code);

    if (status == PYEXEC_REQUEST_OK && code->len > parse->limits->code) {
        return fail(parse, PYEXEC_REQUEST_TOO_LARGE,
                    "Code exceeds the limit of %zu bytes",
                    parse->limits->code);
    }

    return status;
}


static pyexec_request_status_t
read_stdin(parse_t *parse, const field_t *field, const cJSON *item)
{
    return read_string(parse, field, item, &parse->request->input);
}


static pyexec_request_status_t
read_args(parse_t *parse, const field_t *field, const cJSON *item)
{
    size_t                    n;
    const cJSON              *arg;
    pyexec_request_t         *request;
    pyexec_request_status_t   status;

    if (!cJSON_IsArray(item)) {
        return wrong_type(parse, field);
    }

    n = 0;

    cJSON_ArrayForEach(arg, item) {
        n++;
    }

    if (n == 0) {
        return PYEXEC_REQUEST_OK;
    }

    request = parse->request;

    request->args = calloc(n, sizeof(pyexec_request_string_t));
    if (request->args == NULL) {
        return out_of_memory(parse);
    }

    cJSON_ArrayForEach(arg, item) {
        status = read_string(parse, field, arg,
                             &request->args[request->nargs]);

        if (status != PYEXEC_REQUEST_OK) {
            return status;
        }

        request->nargs++;
    }

    return PYEXEC_REQUEST_OK;
}


static pyexec_request_status_t
read_timeout(parse_t *parse, const field_t *field, const cJSON *item)
{
    if (!cJSON_IsNumber(item) || !(item->valuedouble > 0)) {
        return wrong_type(parse, field);
    }

    if (item->valuedouble > parse->limits->timeout) {
        return fail(parse, PYEXEC_REQUEST_INVALID,
                    "Field \"timeout\" exceeds the limit of %g seconds",
                    parse->limits->timeout);
    }

    parse->request->timeout = item->valuedouble;

    return PYEXEC_REQUEST_OK;
}


static pyexec_request_status_t
read_string(parse_t *parse, const field_t *field, const cJSON *item,
    pyexec_request_string_t *string)
{
    if (!cJSON_IsString(item)) {
        return wrong_type(parse, field);
    }

    if (strchr(item->valuestring, PYEXEC_SCAN_NUL) != NULL) {
        return fail(parse, PYEXEC_REQUEST_INVALID,
                    "Field \"%s\" holds U+0000", field->name);
    }

    string->data = item->valuestring;
    string->len = strlen(item->valuestring);

    return PYEXEC_REQUEST_OK;
}


static pyexec_request_status_t
wrong_type(parse_t *parse, const field_t *field)
{
    return fail(parse, PYEXEC_REQUEST_INVALID, "Field \"%s\" must be %s",
                field->name, field->type);
}


static pyexec_request_status_t
out_of_memory(parse_t *parse)
{
    return fail(parse, PYEXEC_REQUEST_NO_MEMORY, "Out of memory");
}


static pyexec_request_status_t
fail(parse_t *parse, pyexec_request_status_t status, const char *format, ...)
{
    va_list  args;

    va_start(args, format);
    vsnprintf(parse->error, PYEXEC_REQUEST_ERROR_SIZE, format, args);
    va_end(args);

    return status;
}
