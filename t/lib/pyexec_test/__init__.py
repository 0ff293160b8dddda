"""Whole-server tests: a real nginx, real signals, real processes.

A test file starts like this and is run by prove through its #! line; the
link of this name in each folder of tests leads here:

    #!/usr/bin/python3
    from pyexec_test import PyexecTestCase, Server, main

    class Hello(PyexecTestCase):
        def test_a_program_answers_what_it_prints(self):
            server = self.serve()
            answer = server.post("print('hello')")
            self.assertRan(answer, output="hello\n")

    if __name__ == "__main__":
        main()
"""

import sys

sys.dont_write_bytecode = True

from .attack import (PROCESS, AttackCase, BombCase, IdleCase,
                     WithoutLayers)
from .canary import Canaries
from .case import PyexecTestCase
from .client import Answer, Client
from .footprint import Footprint
from .gate import WAIT, LetGo, wait_for_waiting, waiting
from .http2 import Http2
from .process import (Process, adopt_orphans, children, descendants,
                      find_process, open_fds, wait_until)
from .server import MODULE, Server, StartFailure, free_port
from .tap_run import main
from .venv import VirtualEnvironment

__all__ = [
    "Answer", "AttackCase", "BombCase", "Canaries", "Client", "Footprint",
    "Http2", "IdleCase", "LetGo", "MODULE", "PROCESS", "Process",
    "PyexecTestCase", "Server", "StartFailure", "VirtualEnvironment", "WAIT",
    "WithoutLayers", "adopt_orphans", "children", "descendants",
    "find_process", "free_port", "main", "open_fds", "wait_for_waiting",
    "wait_until", "waiting",
]
