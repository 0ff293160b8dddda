#include "isolation.h"


pyexec_isolation_t pyexec_isolation;
