#!/usr/bin/python3
"""A system call that the kernel refuses for a while costs that while.

The calls of nginx fail on demand, by a library that is preloaded into it.
"""

import errno
import os
import tempfile
import time

from pyexec_test import WAIT, LetGo, PyexecTestCase, main
from pyexec_test.server import TOP

LIBRARY = os.path.join(TOP, "build", "unit", "faults.so")

# What the kernel says when it has no memory for a message, or when more
# descriptors are on their way than a user may have.
REFUSALS = errno.ENOBUFS, errno.ENOMEM, errno.ETOOMANYREFS


class RefusedCalls(PyexecTestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="pyexec-test-")
        self.addCleanup(self.folder.cleanup)
        os.chmod(self.folder.name, 0o755)

        preload = {"LD_PRELOAD": LIBRARY, "PYEXEC_FAULTS": self.folder.name}
        os.environ.update(preload)

        try:
            self.server = self.serve(
                location="pyexec_preload none; pyexec_concurrency 8;"
                         "pyexec_allow default signal;",
                spares=0, allow_alarms=[r"epoll_ctl\(.* failed \(12:"])
        finally:
            for name in preload:
                del os.environ[name]

        self.assertRan(self.server.post("print(1)"), "1\n")
        self.zygotes = self.server.zygote_pids()

    def fail(self, **faults):
        for name, number in faults.items():
            path = os.path.join(self.folder.name, name.replace("_", "-"))

            with open(path + "~", "w", encoding="ascii") as fault:
                fault.write(str(number))

            os.rename(path + "~", path)

    def heal(self):
        for name in os.listdir(self.folder.name):
            os.unlink(os.path.join(self.folder.name, name))

    def check_kill(self, **faults):
        """The run is killed late; its neighbour does not notice."""
        neighbour = self.server.send_and_keep(WAIT + "print('unhurt')")
        late = self.server.send_and_keep("while True: pass",
                                         run_timeout=0.2)
        self.fail(**faults)
        time.sleep(0.5)
        self.assertEqual(len(self.server.run_pids()), 2)

        self.heal()
        answer = self.server.read_answer(late)
        self.assertRan(answer, returncode=-9, status="timeout")

        with LetGo(self.server):
            self.assertRan(self.server.read_answer(neighbour), "unhurt\n")

        self.assertEqual(self.server.zygote_pids(), self.zygotes)

    def test_a_kill_that_cannot_be_sent_is_sent_again(self):
        for number in REFUSALS:
            with self.subTest(errno=number):
                self.check_kill(sendmsg_2=number)

        self.server.wait_for_log(r"sending to zygote \d+ failed")

    def test_nor_does_it_wait_for_an_event_that_cannot_be_asked_for(self):
        self.check_kill(sendmsg_2=errno.EAGAIN, epoll_out=errno.ENOMEM)

    def test_a_start_that_cannot_be_sent_is_sent_again(self):
        for number in REFUSALS:
            with self.subTest(errno=number):
                self.fail(sendmsg_1=number)
                connection = self.server.send_and_keep("print(2)")
                time.sleep(0.3)
                self.assertEqual(self.server.run_pids(), [])

                self.heal()
                self.assertRan(self.server.read_answer(connection), "2\n")
                self.assertEqual(self.server.zygote_pids(), self.zygotes)


if __name__ == "__main__":
    main()
