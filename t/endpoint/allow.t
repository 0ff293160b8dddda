#!/usr/bin/perl

# pyexec_allow: which modules a program may import.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use Pyexec;

run_tests();

__DATA__

=== only what is named may be imported
--- location
pyexec_allow  math socket;
--- codes
import math, socket; print(math.floor(2.5))
import socket, os
import json
from json import dumps
--- error_code eval
[200, 400, 400, 400]
--- response_body_like eval
['"output": "2\\\\n"',
 '"error": "Code is not safe: Disallowed import: os", "line": 1, "column": 16',
 '"error": "Code is not safe: Disallowed import: json", ',
 '"error": "Code is not safe: Disallowed import: json", ']



=== several lines add up
--- location
pyexec_allow  math;
pyexec_allow  json socket;
pyexec_allow  math;
--- codes
import math, json, socket; print(json.dumps([1]))
import os
--- error_code eval
[200, 400]
--- response_body_like eval
['"output": "\[1\]\\\\n"', 'Disallowed import: os']



=== default stands for the list, others may be added to it
--- location
pyexec_allow  socket default;
pyexec_allow  csv;
--- codes
import socket, csv, math, textwrap, subprocess; print(csv.QUOTE_ALL)
import xml
--- error_code eval
[200, 400]
--- response_body_like eval
['"output": "1\\\\n"', 'Disallowed import: xml']



=== none is for programs that import nothing
--- location
pyexec_allow  none;
--- codes
print(sum(range(10)))
import math
from sys import path
--- error_code eval
[200, 400, 400]
--- response_body_like eval
['"output": "45\\\\n"', 'Disallowed import: math', 'Disallowed import: sys']



=== an asterisk is for any import, not for any operation
--- location
pyexec_allow  *;
--- codes
import socket, xml.dom; print(xml.dom.__name__)
import os; os.system("id")
--- error_code eval
[200, 400]
--- response_body_like eval
['"output": "xml.dom\\\\n"', 'Forbidden operation: os.system']



=== a list is inherited where there is none, and replaced where there is one
--- http_config
    pyexec_allow  math;
--- config
    pyexec_allow  json;

    location /server {
        pyexec on;
    }

    location /own {
        pyexec        on;
        pyexec_allow  re;
    }

    location /default {
        pyexec        on;
        pyexec_allow  default;
    }

    location /none {
        pyexec        on;
        pyexec_allow  none;
    }
--- request eval
[::post({ code => "import json; print(1)" }, "/server"),
 ::post({ code => "import math" }, "/server"),
 ::post({ code => "import re; print(2)" }, "/own"),
 ::post({ code => "import json" }, "/own"),
 ::post({ code => "import json, math, re, os; print(3)" }, "/default"),
 ::post({ code => "import json" }, "/none")]
--- error_code eval
[200, 400, 200, 400, 200, 400]
--- response_body_like eval
['"output": "1', 'Disallowed import: math',
 '"output": "2', 'Disallowed import: json',
 '"output": "3', 'Disallowed import: json']



=== a list of the whole server reaches every location
--- http_config
    pyexec_allow  math;
--- config
    location /one {
        pyexec on;
    }

    location /two {
        pyexec on;
    }
--- request eval
[map { (::post({ code => "import math; print(1)" }, $_),
        ::post({ code => "import json" }, $_)) } "/one", "/two"]
--- error_code eval
[200, 400, 200, 400]



=== a name is one with every form of its letters
--- config eval
"location /execute { pyexec on; pyexec_allow gr\xc3\xbcn; }"
--- request eval
[::post({ code => "try: import gr\x{fc}n\n"
                  . "except ModuleNotFoundError as e: print(e.name)" }),
 ::post({ code => "try: import gru\x{308}n\n"
                  . "except ModuleNotFoundError as e: print(e.name)" })]
--- error_code eval
[200, 200]
--- response_body_like eval
[("\"output\": \"gr\xc3\xbcn\\\\n\"") x 2]



=== a listed module that is not installed is the program's own error
--- location
pyexec_allow  no_such_module;
--- code
import no_such_module
--- output
--- error
Traceback (most recent call last):
  File "main.py", line 1, in <module>
    import no_such_module
ModuleNotFoundError: No module named 'no_such_module'
--- returncode: 1



=== what a listed module imports itself is its own matter
--- location
pyexec_allow  json;
--- codes
import json; print(json.loads("[1]"))
import re
--- error_code eval
[200, 400]
--- response_body_like eval
['"output": "\[1\]\\\\n", "error": ""', 'Disallowed import: re']



=== without subprocess in the list there is no subprocess
--- location
pyexec_allow  os sys;
--- codes
import subprocess
__import__("subprocess").run(["id"])
--- refusals
1:8 Code is not safe: Disallowed import: subprocess
1:1 Code is not safe: Disallowed import: subprocess
