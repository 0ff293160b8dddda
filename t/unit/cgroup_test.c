/*
 * The cgroups of runs, as far as a machine without a delegated directory of
 * cgroup v2 can show them.  t/vm/cgroup.t has the rest.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include <cmocka.h>

#include "../../ngx_pyexec_module/zygote/sandbox/cgroup.h"
#include "../../ngx_pyexec_module/zygote/sandbox/cgroup_file.h"
#include "../../ngx_pyexec_module/zygote/sandbox/cgroup_runs.h"


static char *directory;
static int   dir;


static int
setup(void **state)
{
    static char name[] = "/tmp/pyexec-cgroup-test-XXXXXX";

    (void) state;

    directory = mkdtemp(name);
    dir = directory == NULL ? -1 : open(directory, O_RDONLY|O_DIRECTORY);

    return dir == -1 ? -1 : 0;
}


static int
teardown(void **state)
{
    (void) state;

    (void) close(dir);

    return rmdir(directory);
}


/* A file of that text, open for reading and without a name. */

static int
file_of(const char *text)
{
    int fd;

    fd = open(directory, O_RDWR|O_TMPFILE, 0600);
    assert_int_not_equal(fd, -1);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));

    return fd;
}


static void
make_file(int parent, const char *name, const char *text)
{
    int fd;

    fd = openat(parent, name, O_WRONLY|O_CREAT|O_EXCL, 0600);
    assert_int_not_equal(fd, -1);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(close(fd), 0);
}


static void
assert_refused(const char *path, const char *expected)
{
    const char *why = NULL;

    assert_int_equal(pyexec_cgroup_open(path, -1, 1 << 20, 1, &why), -1);
    assert_non_null(why);

    if (strstr(why, expected) == NULL || strstr(why, path) == NULL) {
        fail_msg("\"%s\" says neither \"%s\" nor where", why, expected);
    }

    /* Nothing was opened, so there is nothing to end. */
    pyexec_cgroup_end();
}


static int
is_of(const char *path, long type)
{
    struct statfs fs;

    return statfs(path, &fs) == 0 && (long) fs.f_type == type;
}


static void
a_directory_that_is_not_there_is_refused(void **state)
{
    (void) state;

    assert_refused("/nowhere/at/all", strerror(ENOENT));
}


static void
a_file_is_refused(void **state)
{
    (void) state;

    assert_refused("/dev/null", strerror(ENOTDIR));
}


static void
a_directory_of_something_else_is_refused(void **state)
{
    (void) state;

    assert_refused(directory, "is no directory of cgroup v2");
}


static void
cgroup_v1_is_refused_and_told_how_to_become_v2(void **state)
{
    (void) state;

    if (!is_of("/sys/fs/cgroup/memory", CGROUP_SUPER_MAGIC)) {
        skip();
    }

    assert_refused("/sys/fs/cgroup/memory",
                   "systemd.unified_cgroup_hierarchy=1");
}


static void
cgroup_v2_beside_v1_lacks_the_controllers(void **state)
{
    (void) state;

    if (!is_of("/sys/fs/cgroup/unified", CGROUP2_SUPER_MAGIC)
        || !is_of("/sys/fs/cgroup/memory", CGROUP_SUPER_MAGIC))
    {
        skip();
    }

    assert_refused("/sys/fs/cgroup/unified", "lacks these controllers:");
}


static void
a_long_path_is_cut_in_what_is_said(void **state)
{
    char        path[4096];
    const char *why = NULL;

    (void) state;

    memset(path, 'x', sizeof(path) - 1);
    path[0] = '/';
    path[sizeof(path) - 1] = '\0';

    assert_int_equal(pyexec_cgroup_open(path, -1, 1 << 20, 1, &why), -1);
    assert_true(strlen(why) >= 100 && strlen(why) <= 1023);
}


static void
a_number_is_found_by_its_whole_name(void **state)
{
    int      fd;
    uint64_t value = 0;

    (void) state;

    fd = file_of("low 1\nhigh 2\nmax 3\noom 4\noom_kill 18446744073709551615\n"
                 "oom_group_kill 6");

    assert_int_equal(pyexec_cgroup_file_events(fd, "oom", &value), 0);
    assert_int_equal(value, 4);
    assert_int_equal(pyexec_cgroup_file_events(fd, "oom_kill", &value), 0);
    assert_true(value == UINT64_MAX);
    assert_int_equal(pyexec_cgroup_file_events(fd, "oom_group_kill", &value),
                     0);
    assert_int_equal(value, 6);
    assert_int_equal(pyexec_cgroup_file_events(fd, "low", &value), 0);
    assert_int_equal(value, 1);

    assert_int_equal(pyexec_cgroup_file_events(fd, "kill", &value), -1);
    assert_int_equal(pyexec_cgroup_file_events(fd, "oom_kil", &value), -1);
    assert_int_equal(pyexec_cgroup_file_events(fd, "oom_kills", &value), -1);

    assert_int_equal(close(fd), 0);
}


static void
a_number_is_not_found_in_nothing(void **state)
{
    int      fd;
    uint64_t value;

    static const char *texts[] = { "", "\n", "oom_kill", "oom_kill\n 1", " " };

    (void) state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        fd = file_of(texts[i]);
        assert_int_equal(pyexec_cgroup_file_events(fd, "oom_kill", &value),
                         -1);
        assert_int_equal(close(fd), 0);
    }

    errno = 0;
    assert_int_equal(pyexec_cgroup_file_events(-1, "oom_kill", &value), -1);
    assert_int_equal(errno, 0);
}


static void
no_cgroup_is_never_out_of_memory(void **state)
{
    const pyexec_cgroup_run_t none = { .directory = -1, .events = -1 };

    (void) state;

    assert_int_equal(pyexec_cgroup_out_of_memory(&none), 0);
    pyexec_cgroup_done(&none);
}


static void
a_run_is_out_of_memory_when_the_number_has_grown(void **state)
{
    pyexec_cgroup_run_t run = { .directory = -1, .oom_kills = 2 };

    (void) state;

    run.events = file_of("oom 9\noom_kill 2\n");
    assert_int_equal(pyexec_cgroup_out_of_memory(&run), 0);

    run.oom_kills = 1;
    assert_int_equal(pyexec_cgroup_out_of_memory(&run), 1);

    assert_int_equal(close(run.events), 0);
}


static void
a_cgroup_with_processes_is_not_removed(void **state)
{
    int own;

    (void) state;

    own = pyexec_cgroup_file_directory(dir, "own");
    assert_int_not_equal(own, -1);
    assert_int_equal(mkdirat(own, "run-1", 0700), 0);

    make_file(own, "cgroup.events", "populated 1\nfrozen 0\n");
    assert_int_equal(pyexec_cgroup_file_populated(own), 1);
    assert_int_equal(pyexec_cgroup_file_remove(dir, "own"), -1);
    assert_int_equal(errno, EBUSY);
    assert_int_equal(faccessat(own, "run-1", F_OK, 0), 0);
    assert_int_equal(unlinkat(own, "cgroup.events", 0), 0);

    /* Without that file it is no cgroup, and not ours. */
    assert_int_equal(pyexec_cgroup_file_remove(dir, "own"), -1);
    assert_int_equal(faccessat(own, "run-1", F_OK, 0), 0);

    assert_int_equal(unlinkat(own, "run-1", AT_REMOVEDIR), 0);
    assert_int_equal(close(own), 0);
    assert_int_equal(unlinkat(dir, "own", AT_REMOVEDIR), 0);
}


static void
no_symbolic_link_is_followed(void **state)
{
    char text[16];

    (void) state;

    assert_int_equal(symlinkat("/proc/self", dir, "link"), 0);
    assert_int_equal(symlinkat("/proc/self/comm", dir, "file"), 0);

    assert_int_equal(pyexec_cgroup_file_directory(dir, "link"), -1);
    assert_int_equal(pyexec_cgroup_file_remove(dir, "link"), -1);
    assert_int_equal(pyexec_cgroup_file_read(dir, "file", text, sizeof(text)),
                     -1);
    assert_int_equal(errno, ELOOP);
    assert_int_equal(pyexec_cgroup_file_write(dir, "file", "x"), -1);
    assert_int_equal(errno, ELOOP);

    assert_int_equal(unlinkat(dir, "link", 0), 0);
    assert_int_equal(unlinkat(dir, "file", 0), 0);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_directory_that_is_not_there_is_refused),
        cmocka_unit_test(a_file_is_refused),
        cmocka_unit_test(a_directory_of_something_else_is_refused),
        cmocka_unit_test(cgroup_v1_is_refused_and_told_how_to_become_v2),
        cmocka_unit_test(cgroup_v2_beside_v1_lacks_the_controllers),
        cmocka_unit_test(a_long_path_is_cut_in_what_is_said),
        cmocka_unit_test(a_number_is_found_by_its_whole_name),
        cmocka_unit_test(a_number_is_not_found_in_nothing),
        cmocka_unit_test(no_cgroup_is_never_out_of_memory),
        cmocka_unit_test(a_run_is_out_of_memory_when_the_number_has_grown),
        cmocka_unit_test(a_cgroup_with_processes_is_not_removed),
        cmocka_unit_test(no_symbolic_link_is_followed),
    };

    return cmocka_run_group_tests_name("cgroup", tests, setup, teardown);
}
