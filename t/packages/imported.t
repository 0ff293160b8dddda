#!/usr/bin/python3
"""What a program imports itself costs it no memory that is nobody's.

The code of libraries is mapped by who imports them, and is the machine's: a
run of the default size imports the largest of them.
"""

from pyexec_test import PyexecTestCase, main
from pyexec_test.packages import all_packages, allowed

CONF = """
    pyexec_timeout 120s;
    pyexec_queue 64 timeout=120s;
    pyexec_preload none;
    pyexec_scratch 64m;
"""

# Each with more code than fits into that beside what it takes of memory.
LARGE = {"numpy": 16, "scipy": 64, "sklearn": 128, "numba": 128, "cv2": 256}

FILL = """
import mmap
import {root}
held = []
while True:
    held.append(mmap.mmap(-1, 1 << 20, flags=mmap.MAP_PRIVATE))
    print(len(held), flush=True)
"""


class Imported(PyexecTestCase):
    def locations(self):
        return "".join(
            f"location /{name} {{ pyexec on; pyexec_memory {size}m;"
            f" pyexec_allow default mmap {' '.join(allowed([program]))}; }}"
            for name, size, program in self.large)

    def setUp(self):
        programs = all_packages()
        self.large = [(name, size, programs[name])
                      for name, size in LARGE.items()
                      if not programs[name].missing]
        self.server = self.serve(http=CONF, server=self.locations(), spares=1)

    def test_a_program_imports_more_code_than_it_may_have_memory(self):
        for name, size, program in self.large:
            with self.subTest(name):
                answer = self.server.post(program.source.decode("utf-8"),
                                          path=f"/{name}", timeout=150)
                self.assertRan(answer, answer["output"], "")

    def test_what_it_takes_itself_is_bounded_all_the_same(self):
        for name, size, program in self.large:
            with self.subTest(name):
                answer = self.server.post(
                    FILL.format(root=name), path=f"/{name}",
                    timeout=150)
                self.assertEqual(answer["status"], "memory")
                self.assertLessEqual(int(answer["output"].split()[-1]), size)


if __name__ == "__main__":
    main()
