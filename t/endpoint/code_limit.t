#!/usr/bin/perl

# pyexec_code_limit: how long a program may be.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use Pyexec;

run_tests();

__DATA__

=== a program of the limit runs, one byte more is refused
--- location
pyexec_code_limit  8;
--- bodies
{"code": "print(1)"}
{"code": "print(12)"}
--- error_code eval
[200, 413]
--- response_body_like eval
['^\{"output": "1\\\\n"', '^\{"error": "Code exceeds the limit of 8 bytes"\}$']



=== what counts is bytes of UTF-8, not characters
--- location
pyexec_code_limit  10;
--- request eval
[::post({ code => "print('\x{fc}')" }), ::post({ code => "print('\x{20ac}')" }),
 ::post('{"code": "print(\'\\u20ac\')"}')]
--- error_code eval
[413, 413, 413]
--- response_body eval
[('{"error": "Code exceeds the limit of 10 bytes"}') x 3]



=== escapes of JSON count as what they stand for
--- location
pyexec_code_limit  8;
--- bodies
{"code": "\u0070\u0072\u0069\u006e\u0074\u0028\u0031\u0029"}
--- output
1



=== input and arguments have no part in it
--- location
pyexec_code_limit  60;
--- request eval
::post({ code => "import sys\nprint(len(sys.stdin.read() + sys.argv[1]))",
         stdin => "x" x 1000, args => ["y" x 1000] })
--- output
2000



=== by default a program has 64k
--- request eval
[::post({ code => "#" x (65536 - 9) . "\nprint(1)" }),
 ::post({ code => "#" x (65536 - 8) . "\nprint(1)" })]
--- error_code eval
[200, 413]
--- response_headers eval
[("Content-Type: application/json") x 2]
--- response_body_like eval
['^\{"output": "1\\\\n"',
 '^\{"error": "Code exceeds the limit of 65536 bytes"\}$']
