/* The reader of maps, smaps and the page map. */

#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../ngx_pyexec_module/zygote/memory/procmaps.h"


#define NMAPPINGS  16


/* The mappings that a file of that text has. */

static size_t
read_text(const char *text, pyexec_mapping_t mappings[NMAPPINGS])
{
    int               fd;
    char              path[64];
    size_t            n = 0;
    pyexec_procmaps_t maps;

    fd = memfd_create("maps", 0);
    assert_int_not_equal(fd, -1);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    assert_int_equal(pyexec_procmaps_open(&maps, path), 0);
    assert_int_equal(close(fd), 0);

    while (pyexec_procmaps_next(&maps, &mappings[n])) {
        n++;
        assert_true(n < NMAPPINGS);
    }

    pyexec_procmaps_close(&maps);

    return n;
}


static void
a_mapping_is_what_its_line_says(void **state)
{
    pyexec_mapping_t m[NMAPPINGS];

    (void) state;

    assert_int_equal(read_text(
        "55b0aaad9000-55b0aaadc000 r-xp 00001000 fe:00 248030     /bin/sed\n"
        "7f0000000000-7f0000001000 rw-s 00000000 00:01 0 \n"
        "7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0          [stack]\n",
        m), 3);

    assert_true(m[0].start == 0x55b0aaad9000 && m[0].end == 0x55b0aaadc000);
    assert_true(m[0].readable && !m[0].writable && m[0].executable);
    assert_true(m[0].private && m[0].of_file && !m[0].is_stack);

    assert_true(m[1].readable && m[1].writable && !m[1].executable);
    assert_true(!m[1].private && !m[1].of_file && !m[1].is_stack);

    assert_true(m[2].private && !m[2].of_file && m[2].is_stack);
}


static void
the_kernels_own_are_known_by_their_names(void **state)
{
    size_t           i;
    pyexec_mapping_t m[NMAPPINGS];

    (void) state;

    assert_int_equal(read_text(
        "7ffd0000-7ffd4000 r--p 00000000 00:00 0          [vvar]\n"
        "7ffd4000-7ffd5000 r-xp 00000000 00:00 0          [vdso]\n"
        "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 "
        "                [vsyscall]\n", m), 3);

    for (i = 0; i < 3; i++) {
        assert_true(m[i].is_kernel && !m[i].is_stack);
    }

    assert_true(m[2].start == 0xffffffffff600000);
}


static void
the_name_of_a_file_is_only_a_name(void **state)
{
    size_t           i;
    pyexec_mapping_t m[NMAPPINGS];

    (void) state;

    assert_int_equal(read_text(
        "1000-2000 rw-p 00000000 fe:00 1     /opt/[venv]/lib/[stack].so\n"
        "2000-3000 rw-p 00000000 fe:00 2     /opt/a [vdso]\n"
        "3000-4000 rw-p 00000000 fe:00 3     /opt/5000-6000 rw-p x\n", m), 3);

    for (i = 0; i < 3; i++) {
        assert_true(m[i].of_file && !m[i].is_kernel && !m[i].is_stack);
    }
}


static void
a_long_name_is_no_line_of_its_own(void **state)
{
    char             text[2048], name[1024];
    pyexec_mapping_t m[NMAPPINGS];

    (void) state;

    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';

    /* Wherever a buffer ends, what comes after it looks like a mapping. */

    for (size_t i = 0; i + 64 < sizeof(name); i += 40) {
        memcpy(&name[i], "5000-6000 rw-p 00000000 fe:00 1 /", 33);
    }

    snprintf(text, sizeof(text),
             "1000-2000 r--p 00000000 fe:00 1     /%s\n"
             "Referenced:            4 kB\n"
             "2000-3000 rw-p 00000000 00:00 0 \n"
             "Referenced:            0 kB", name);

    assert_int_equal(read_text(text, m), 2);
    assert_int_equal(m[0].start, 0x1000);
    assert_int_equal(m[0].referenced, 4096);
    assert_int_equal(m[1].start, 0x2000);
    assert_int_equal(m[1].referenced, 0);
}


/* Several of these names start with what is a number in base 16. */

static void
the_order_of_the_lines_does_not_matter(void **state)
{
    size_t           i;
    pyexec_mapping_t m[NMAPPINGS];

    static const char *const orders[] = {
        "Rss:                   8 kB\n"
        "Referenced:            8 kB\n"
        "Anonymous:             4 kB\n"
        "FilePmdMapped:         0 kB\n",

        "FilePmdMapped:         0 kB\n"
        "Anonymous:             4 kB\n"
        "Rss:                   8 kB\n"
        "Referenced:            8 kB\n",

        "AnonHugePages:         0 kB\n"
        "Anonymous:             4 kB\n"
        "Referenced:            8 kB\n"
        "VmFlags: rd wr mr mw me ac \n",

        "Dead-Beef:             3 kB\n"
        "Referenced:            8 kB\n"
        "Referenced_Later:      1 kB\n",
    };

    (void) state;

    for (i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
        char text[1024];

        snprintf(text, sizeof(text),
                 "1000-3000 rw-p 00000000 00:00 0 \n%s"
                 "9000-a000 rw-p 00000000 00:00 0          [heap]\n"
                 "Referenced:            0 kB\n", orders[i]);

        assert_int_equal(read_text(text, m), 2);
        assert_true(m[0].start == 0x1000 && m[0].end == 0x3000);
        assert_int_equal(m[0].referenced, 8192);
        assert_true(m[1].start == 0x9000 && m[1].end == 0xa000);
        assert_int_equal(m[1].referenced, 0);
    }
}


static void
what_is_no_mapping_is_left_out(void **state)
{
    pyexec_mapping_t m[NMAPPINGS];

    (void) state;

    assert_int_equal(read_text("", m), 0);
    assert_int_equal(read_text("\n\n", m), 0);
    assert_int_equal(read_text("Referenced:  4 kB\n", m), 0);
    assert_int_equal(read_text("1000-2000\n", m), 0);
    assert_int_equal(read_text("1000-2000 rw 0 00:00 0\n", m), 0);
    assert_int_equal(read_text("1000 2000 rw-p 00000000 00:00 0\n", m), 0);
}


static void
a_file_that_is_not_there_is_an_error(void **state)
{
    pyexec_procmaps_t maps;

    (void) state;

    assert_int_equal(pyexec_procmaps_open(&maps, "/nowhere/at/all"), -1);
}


/* The mapping of this process that an address is in. */

static pyexec_mapping_t
mapping_of(const char *path, uintptr_t address)
{
    int               found = 0;
    pyexec_mapping_t  mapping, result;
    pyexec_procmaps_t maps;

    memset(&result, 0, sizeof(result));

    assert_int_equal(pyexec_procmaps_open(&maps, path), 0);

    while (pyexec_procmaps_next(&maps, &mapping)) {
        if (address >= mapping.start && address < mapping.end) {
            result = mapping;
            found = 1;
        }
    }

    pyexec_procmaps_close(&maps);
    assert_true(found);

    return result;
}


static void
this_process_has_what_it_has(void **state)
{
    char            *pages;
    long             size = sysconf(_SC_PAGESIZE);
    pyexec_mapping_t m;

    (void) state;

    /* The address of a variable may be one of the sanitizer's own stacks. */
    m = mapping_of("/proc/self/maps",
                   (uintptr_t) __builtin_frame_address(0));
    assert_true(m.is_stack && m.writable && m.private);

    m = mapping_of("/proc/self/maps", (uintptr_t) mapping_of);
    assert_true(m.executable && m.of_file && !m.writable);

    pages = mmap(NULL, 2 * size, PROT_READ|PROT_WRITE,
                 MAP_SHARED|MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(pages, MAP_FAILED);

    m = mapping_of("/proc/self/smaps", (uintptr_t) pages);
    assert_true(!m.private && m.referenced == 0);

    pages[0] = 1;

    m = mapping_of("/proc/self/smaps", (uintptr_t) pages);
    assert_true(m.referenced >= (size_t) size);

    assert_int_equal(munmap(pages, 2 * size), 0);
}


static void
the_page_map_tells_what_is_there(void **state)
{
    char            *pages;
    long             size = sysconf(_SC_PAGESIZE);
    uint64_t         flags;
    uintptr_t        first;
    pyexec_pagemap_t pagemap;

    (void) state;

    pages = mmap(NULL, 4 * size, PROT_READ|PROT_WRITE,
                 MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(pages, MAP_FAILED);
    assert_int_equal(madvise(pages, 4 * size, MADV_NOHUGEPAGE), 0);

    first = (uintptr_t) pages;
    pages[size] = 1;

    assert_int_equal(pyexec_pagemap_open(&pagemap), 0);

    flags = pyexec_pagemap_page(&pagemap, first + size);
    assert_true(flags & PYEXEC_PAGE_PRESENT);
    assert_true(flags & PYEXEC_PAGE_EXCLUSIVE);
    assert_false(flags & PYEXEC_PAGE_FILE);
    assert_false(pyexec_pagemap_page(&pagemap, first) & PYEXEC_PAGE_PRESENT);

    /* As it was, until it is told to forget. */

    assert_false(pyexec_pagemap_page(&pagemap, first + 2 * size)
                 & PYEXEC_PAGE_PRESENT);
    pages[2 * size] = 1;
    assert_false(pyexec_pagemap_page(&pagemap, first + 2 * size)
                 & PYEXEC_PAGE_PRESENT);
    pyexec_pagemap_forget(&pagemap);
    assert_true(pyexec_pagemap_page(&pagemap, first + 2 * size)
                & PYEXEC_PAGE_PRESENT);

    /* A page that no process has is none. */
    assert_true(pyexec_pagemap_page(&pagemap, UINTPTR_MAX - size) == 0);

    pyexec_pagemap_close(&pagemap);
    assert_int_equal(munmap(pages, 4 * size), 0);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mapping_is_what_its_line_says),
        cmocka_unit_test(the_kernels_own_are_known_by_their_names),
        cmocka_unit_test(the_name_of_a_file_is_only_a_name),
        cmocka_unit_test(a_long_name_is_no_line_of_its_own),
        cmocka_unit_test(the_order_of_the_lines_does_not_matter),
        cmocka_unit_test(what_is_no_mapping_is_left_out),
        cmocka_unit_test(a_file_that_is_not_there_is_an_error),
        cmocka_unit_test(this_process_has_what_it_has),
        cmocka_unit_test(the_page_map_tells_what_is_there),
    };

    return cmocka_run_group_tests_name("procmaps", tests, NULL, NULL);
}
