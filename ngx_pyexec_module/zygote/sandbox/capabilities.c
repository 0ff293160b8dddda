#define _GNU_SOURCE

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "capabilities.h"


int
pyexec_capabilities_drop(void)
{
    struct __user_cap_header_struct header = {
        .version = _LINUX_CAPABILITY_VERSION_3
    };
    struct __user_cap_data_struct   none[_LINUX_CAPABILITY_U32S_3] = { 0 };

    return syscall(SYS_capset, &header, none);
}
