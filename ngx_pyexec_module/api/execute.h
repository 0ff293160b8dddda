/*
 * The module's own dialect: POST with "code", answered with "output".
 */

#ifndef PYEXEC_EXECUTE_H
#define PYEXEC_EXECUTE_H

#include "api.h"


extern const pyexec_api_t pyexec_api_execute;


#endif /* PYEXEC_EXECUTE_H */
