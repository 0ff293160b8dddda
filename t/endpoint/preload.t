#!/usr/bin/perl

# pyexec_preload: what is imported before any program runs.  See also
# preload_light.t.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use Pyexec;

run_tests();

__DATA__

=== by default it is the allow-list
--- defaults
--- code
import sys
print([name in sys.modules for name in ("math", "numpy", "requests",
                                        "textwrap", "sqlite3")])
import numpy
--- output
[True, True, True, True, False]



=== by default it is the location's allow-list, as far as it is installed
--- defaults
--- location
pyexec_allow  sys csv no_such_module;
--- code
import sys
print([name in sys.modules for name in ("csv", "numpy", "no_such_module")])
--- output
[True, False, False]



=== none is nothing beyond what Python starts with
--- location
pyexec_preload  none;
--- code
import sys
print([name in sys.modules for name in ("os", "decimal", "numpy")])
import decimal
print(decimal.Decimal("1.10"))
--- output
[True, False, False]
1.10



=== what is named is imported, submodules too
--- location
pyexec_preload  decimal xml.dom.minidom;
--- code
import sys
print([name in sys.modules for name in ("decimal", "xml.dom.minidom", "numpy")])
--- output
[True, True, False]



=== what is imported is not allowed for that
--- location
pyexec_preload  socket;
--- codes
import socket
--- refusals
1:8 Code is not safe: Disallowed import: socket



=== names of what is imported are not names of the program
--- location
pyexec_preload  math json;
--- code
print([name for name in globals() if not name.startswith("__")])
--- output
[]



=== random numbers of a preloaded module are the run's own
--- location
pyexec_preload  random numpy;
--- request eval
[(::post({ code => "import random, numpy\n"
                   . "print(random.random(), numpy.random.random())" })) x 2]
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/"output": "(0\.\d+(?:e-\d+)? )(?{ $::First = $1 })0\./,
 qr/"output": "(0\.\d+(?:e-\d+)? )(??{ $1 eq $::First ? '(?!)' : '' })0\./]



=== each location has what it named
--- config
    location /one {
        pyexec          on;
        pyexec_preload  decimal;
    }

    location /two {
        pyexec          on;
        pyexec_preload  csv;
    }
--- request eval
[map { ::post({ code => "import sys\nprint('decimal' in sys.modules, "
                        . "'csv' in sys.modules)" }, $_) } "/one", "/two"]
--- error_code eval
[200, 200]
--- response_body_like eval
['"output": "True False', '"output": "False True']



=== locations that agree share their interpreter
--- http_config
    pyexec_preload  decimal;
--- config
    location /one {
        pyexec on;
    }

    location /two {
        pyexec          on;
        pyexec_preload  decimal;
        pyexec_timeout  1s;
    }
--- request eval
[map { ::post({ code => "import os\nprint(os.getppid())" }, $_) }
 "/one", "/two"]
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/"output": "(\d+)\\n(?{ $::Parent = $1 })/,
 qr/"output": "(??{ $::Parent })\\n/]



=== a named module that cannot be imported is told before the start
--- location
pyexec_preload  math no_such_module;
--- must_die
--- error_log eval
qr{\[emerg\] .* pyexec_python "/usr/bin/python3" cannot be used: there is no module "no_such_module"}
