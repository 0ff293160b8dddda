#include "execute.h"


const pyexec_api_t pyexec_api_execute = {
    .name = "execute",
    .parse = pyexec_request_parse,
    .result_length = pyexec_answer_length,
    .result = pyexec_answer_write,
    .refusal_length = pyexec_refusal_length,
    .refuse = pyexec_refusal_write,
};
