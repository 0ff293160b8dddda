#!/usr/bin/perl

# What is refused before anything runs, with the place of the first offence.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use Pyexec;

# A script that is made changes the time of its directory.

sub scripts_changed {
    return (Time::HiRes::stat(server_root() . "/pyexec_temp"))[9];
}

our $Before;

add_response_body_check(sub {
    my ($block) = @_;

    is(scripts_changed(), $Before, $block->name . " - no script was made")
        if defined $block->no_script;
});

run_tests();

__DATA__

=== an import outside the allow-list, in every form
--- codes
import socket
import os, socket, math
import socket as math
import socket.timeout
import xml.etree.ElementTree
from socket import *
from socket import gethostname as math
from xml.etree import ElementTree
print(1); import socket
if False: import socket
f = lambda: __import__("socket")
__import__("xml.etree")
__import__(name="socket")
import importlib
--- refusals
1:8 Code is not safe: Disallowed import: socket
1:12 Code is not safe: Disallowed import: socket
1:8 Code is not safe: Disallowed import: socket
1:8 Code is not safe: Disallowed import: socket
1:8 Code is not safe: Disallowed import: xml
1:6 Code is not safe: Disallowed import: socket
1:6 Code is not safe: Disallowed import: socket
1:6 Code is not safe: Disallowed import: xml
1:18 Code is not safe: Disallowed import: socket
1:18 Code is not safe: Disallowed import: socket
1:13 Code is not safe: Disallowed import: socket
1:1 Code is not safe: Disallowed import: xml
1:1 Code is not safe: Disallowed import: socket
1:8 Code is not safe: Disallowed import: importlib



=== a computed import is refused, as nobody knows what it imports
--- codes
__import__("so" + "cket")
name = "socket"; __import__(name)
--- refusals
1:1 Code is not safe: Forbidden operation: __import__ with a computed name
1:18 Code is not safe: Forbidden operation: __import__ with a computed name



=== submodules follow their root, whatever they are
--- codes
import os.path, collections.abc; print(1)
from concurrent import futures
import json.decoder as d; print(d.__name__)
import numpy.linalg; print(3)
__import__("os.path"); print(4)
--- error_code eval
[200, 400, 200, 200, 200]
--- response_body_like eval
['"output": "1', 'Disallowed import: concurrent', '"output": "json.decoder',
 '"output": "3', '"output": "4']



=== a shell, and whatever replaces the process
--- codes
import os; os.system("id")
import os; os.popen("id").read()
import os; os.execv("/bin/sh", ["sh"])
import os; os.execlpe("sh", "sh", {})
import os; os.spawnl(os.P_WAIT, "/bin/true", "true")
import os; os.posix_spawn("/bin/true", ["true"], {})
import subprocess; subprocess.getoutput("id")
import subprocess; subprocess.getstatusoutput("id")
--- refusals
1:12 Code is not safe: Forbidden operation: os.system
1:12 Code is not safe: Forbidden operation: os.popen
1:12 Code is not safe: Forbidden operation: os.execv
1:12 Code is not safe: Forbidden operation: os.execlpe
1:12 Code is not safe: Forbidden operation: os.spawnl
1:12 Code is not safe: Forbidden operation: os.posix_spawn
1:20 Code is not safe: Forbidden operation: subprocess.getoutput
1:20 Code is not safe: Forbidden operation: subprocess.getstatusoutput



=== a shell of subprocess
--- codes
import subprocess; subprocess.run("id", shell=True)
import subprocess; subprocess.call("id", shell=1)
import subprocess; subprocess.check_call("id", shell="yes")
import subprocess; subprocess.check_output("id", stderr=None, shell=True)
import subprocess; p = subprocess.Popen("id", shell=True)
--- refusals
1:20 Code is not safe: Forbidden operation: subprocess.run with shell=True
1:20 Code is not safe: Forbidden operation: subprocess.call with shell=True
1:20 Code is not safe: Forbidden operation: subprocess.check_call with shell=True
1:20 Code is not safe: Forbidden operation: subprocess.check_output with shell=True
1:24 Code is not safe: Forbidden operation: subprocess.Popen with shell=True



=== a file that is opened to be written
--- codes
open("f", "w")
open("f", mode="a")
open(mode="x", file="f")
with open("f", "r+") as f: pass
open("f", "wb")
import os; os.fdopen(os.open("/proc/self/maps", 0), "w")
--- refusals
1:1 Code is not safe: Forbidden operation: open with mode 'w'
1:1 Code is not safe: Forbidden operation: open with mode 'a'
1:1 Code is not safe: Forbidden operation: open with mode 'x'
1:6 Code is not safe: Forbidden operation: open with mode 'r+'
1:1 Code is not safe: Forbidden operation: open with mode 'wb'
1:12 Code is not safe: Forbidden operation: open with mode 'w'



=== what is opened to be written and is no file
--- codes
import os; print(open(os.devnull, "w").write("1234"))
print(open("/dev/null", mode="a").write("1"))
NULL = "/dev/null"; print(open(NULL, "r+b", 0).write(b"12"))
import os; r, w = os.pipe(); os.fdopen(w, "w").write("pipe"); print(os.read(r, 9))
print("one", file=open(1, "w", closefd=False))
import os; os.fdopen(1, "wb", 0, closefd=False).write(b"two\n")
import sys; open(sys.stdout.fileno(), "w", closefd=False).write("three\n")
--- outputs
4
1
2
b'pipe'
one
two
three



=== files of io and codecs, where these are allowed
--- location
pyexec_allow  io codecs;
--- codes
import io; io.open("f", "w")
import codecs; codecs.open("f", "a")
from io import open as look; look("f", "r+")
--- refusals
1:12 Code is not safe: Forbidden operation: open with mode 'w'
1:16 Code is not safe: Forbidden operation: open with mode 'a'
1:30 Code is not safe: Forbidden operation: open with mode 'r+'



=== a file may be opened to be written where there is a scratch
--- location
pyexec_allow    default io;
pyexec_scratch  1m;
--- codes
print(open("f", "w").write("written"), open("f").read())
open("f", mode="x").close(); print(open("f", "r+b").read())
import io; print(io.open("f", "a").write("added"))
import os; print(os.fdopen(os.open("f", os.O_CREAT | os.O_RDWR), "w").write("x"))
--- outputs
7 written
b''
5
1



=== a scratch is for files, and allows nothing else
--- location
pyexec_scratch  1m;
--- codes
open("f", "w"); import socket
import os; os.system("id > f")
import subprocess; subprocess.run("id > f", shell=True)
--- refusals
1:24 Code is not safe: Disallowed import: socket
1:12 Code is not safe: Forbidden operation: os.system
1:20 Code is not safe: Forbidden operation: subprocess.run with shell=True



=== the real name is told, whatever it was bound to
--- codes
import os as o; o.system("id")
from os import system as s; s("id")
from os import system; system("id")
import os; f = os.system; f("id")
import subprocess as sp; sp.run("id", shell=True)
from subprocess import run as go; go("id", shell=True)
o = __import__("os"); o.system("id")
look = open; look("f", "w")
--- refusals
1:17 Code is not safe: Forbidden operation: os.system
1:29 Code is not safe: Forbidden operation: os.system
1:24 Code is not safe: Forbidden operation: os.system
1:27 Code is not safe: Forbidden operation: os.system
1:26 Code is not safe: Forbidden operation: subprocess.run with shell=True
1:35 Code is not safe: Forbidden operation: subprocess.run with shell=True
1:23 Code is not safe: Forbidden operation: os.system
1:14 Code is not safe: Forbidden operation: open with mode 'w'



=== what looks like it but is harmless runs
--- codes
import subprocess; print(subprocess.run(["echo", "1"], shell=False, capture_output=True).returncode)
print(len(open("/etc/passwd", "r").read()) > 0)
print("import socket", 'os.system("id")') # import socket
import os; print(os.path.system if hasattr(os.path, "system") else 4)
class A: system = print
def system(x): print(x)
A = type("A", (), {"system": print}); A.system(7)
--- error_code eval
[(200) x 7]
--- response_body_like eval
['"output": "0\\\\n", "error": "", "returncode": 0,',
 '"output": "True\\\\n", "error": "", "returncode": 0,',
 '"output": "import socket os.system\(\\\\"id\\\\"\)\\\\n", "error": "",',
 '"output": "4\\\\n", "error": "", "returncode": 0,',
 '"output": "", "error": "", "returncode": 0,',
 '"output": "", "error": "", "returncode": 0,',
 '"output": "7\\\\n", "error": "", "returncode": 0,']



=== the first offence of the source is the one that is told
--- code
import math

def later():
    import os
    os.system("id")

import socket
--- refusals
5:5 Code is not safe: Forbidden operation: os.system



=== where every import is allowed, a computed one is, too
--- config
    location /execute {
        pyexec        on;
        pyexec_allow  *;
    }
--- codes
print(__import__("".join(["so", "cket"])).__name__)
load = __import__; print([load(n).__name__ for n in ("bz2", "lzma")])
print(*map(__import__, ["math"]).__next__().__name__)
--- outputs
socket
['bz2', 'lzma']
m a t h



=== a relative import has no root that could be allowed
--- code
print("not printed")
from . import main
--- refusals
2:6 Code is not safe: Disallowed import: .



=== columns are counted in characters, lines as Python ends them
--- request eval
::post({ code => "x = '\x{e4}\x{20ac}\x{1f600}'; import socket" })
--- refusals
1:19 Code is not safe: Disallowed import: socket



=== lines may end as on any system
--- bodies
{"code": "x = 1\r\ny = 2\r\nimport socket"}
{"code": "x = 1\ry = 2\rimport socket"}
{"code": "# a comment\rimport socket"}
{"code": "\nif 1:\n\timport socket"}
--- refusals
3:8 Code is not safe: Disallowed import: socket
3:8 Code is not safe: Disallowed import: socket
2:8 Code is not safe: Disallowed import: socket
3:9 Code is not safe: Disallowed import: socket



=== names that Python folds are told as Python reads them
--- request eval
::post({ code => "import \x{ff53}\x{ff4f}cket" })
--- refusals
1:8 Code is not safe: Disallowed import: socket



=== a name beyond ASCII is answered as it is
--- request eval
::post({ code => "import gr\x{fc}n" })
--- error_code: 400
--- response_body eval
"{\"error\": \"Code is not safe: Disallowed import: gr\xc3\xbcn\""
. ", \"line\": 1, \"column\": 8}"



=== a refused program starts nothing and leaves no script
--- init
$::Before = ::scripts_changed();
--- no_script
--- codes
import socket
import os; os.system("id")
--- refusals
1:8 Code is not safe: Disallowed import: socket
1:12 Code is not safe: Forbidden operation: os.system



=== a syntax error is for Python to tell, even beside an offence
--- code
import socket
def f(:
--- output
--- error_like
SyntaxError: invalid syntax
\z
--- returncode: 1



=== what the parser does not know and Python does is checked and run
--- code
match *[1], 2:
    case _:
        print("ran")
--- output
ran
--- error_log
pyexec: program checked by Python's own tree



=== it is refused in the same words
--- codes
x = 1, *[2]; import socket
x = 1, *[open("f", "w")]
--- refusals
1:21 Code is not safe: Disallowed import: socket
1:10 Code is not safe: Forbidden operation: open with mode 'w'



=== what nobody can read is refused, not run
--- request eval
::post({ code => "print(1)\nx = [" . "b," x 26_000 . "]" })
--- error_code: 400
--- response_body_like chomp
\A\{"error": "Code is not safe: cannot be analysed", "line": 2, "column": \d+\}\z



=== a program may import itself
--- codes
import __main__; x = 1; print(__main__.x)
x = 2; from __main__ import x as y; print(y)
x = 3; print(__import__("__main__").x)
--- outputs
1
2
3
