#!/usr/bin/perl

# The examples of the service whose clients this one must not break.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use Pyexec;

run_tests();

__DATA__

=== hello world, as the documentation of the service shows it
--- http_config
    pyexec_preload  math;
--- request
POST /execute
{
    "code": "print('Hello, world!')"
}
--- response_headers
Content-Type: application/json
--- response_body_like chomp
\A\{"output": "Hello, world!\\n", "error": "", "returncode": 0, "execution_time": "\d+\.\d{4} seconds", "status": "ok", "cpu_time": \d+\.\d+, "memory": \d+\}\z
--- output
Hello, world!



=== the square root of sixteen, as the documentation posts it
--- request
POST /execute
{"code": "import math\nprint(math.sqrt(16))"}
--- response_body_like chomp
\A\{"output": "4.0\\n", "error": "", "returncode": 0, "execution_time": "\d+\.\d{4} seconds", 
--- output
4.0



=== a missing code field is the client's error
--- request
POST /execute
{}
--- error_code: 400
--- response_headers
Content-Type: application/json
--- response_body chomp
{"error": "Missing \"code\" field"}



=== subprocess is refused in the documented words where it is not allowed
--- location
pyexec_allow  math random datetime;
--- request
POST /execute
{"code": "import subprocess"}
--- error_code: 400
--- response_body chomp
{"error": "Code is not safe: Disallowed import: subprocess", "line": 1, "column": 8}



=== every import that the documentation lists is allowed by default
--- code
import math, random, datetime, numpy, requests, json, string, os, sys
import collections, re, time, subprocess, itertools, functools, typing
import statistics, decimal, hashlib, uuid, copy, heapq, bisect, operator
import shlex, dataclasses, textwrap
from collections import Counter
import os.path
print("imported")
--- output
imported



=== the forbidden operations of the documentation are refused
--- codes
import os; os.system("id")
open("f", "w")
open("f", "a")
open("f", "r+")
import subprocess; subprocess.run("id", shell=True)
--- refusals
1:12 Code is not safe: Forbidden operation: os.system
1:1 Code is not safe: Forbidden operation: open with mode 'w'
1:1 Code is not safe: Forbidden operation: open with mode 'a'
1:1 Code is not safe: Forbidden operation: open with mode 'r+'
1:20 Code is not safe: Forbidden operation: subprocess.run with shell=True
