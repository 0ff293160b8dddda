#!/usr/bin/perl

# Every directive of http and server holds below, until another one is met.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use Pyexec;

run_tests();

__DATA__

=== what is set for all servers holds in every location
--- http_config
    pyexec_timeout       300ms;
    pyexec_code_limit    100;
    pyexec_output_limit  10;
    pyexec_cors          https://example.com;
    pyexec_preload       csv;
--- config
    location /one {
        pyexec on;
    }

    location /two {
        pyexec on;
    }
--- more_headers
Content-Type: application/json
Origin: https://example.com
--- request eval
[map { (::post({ code => "while 1: pass" }, $_),
        ::post({ code => "#" x 101 }, $_),
        ::post({ code => "print('x' * 11)" }, $_),
        ::post({ code => "import sys; print('csv' in sys.modules)" }, $_)) }
 "/one", "/two"]
--- error_code eval
[(200, 413, 200, 200) x 2]
--- response_headers eval
[("Access-Control-Allow-Origin: https://example.com") x 8]
--- response_body_like eval
[('Execution timed out after 0.3 seconds', 'Code exceeds the limit of 100',
  'Output limit of 10 bytes exceeded', '"output": "True') x 2]



=== what is set for a server replaces it there
--- http_config
    pyexec_timeout       1m;
    pyexec_code_limit    5;
    pyexec_output_limit  5;
    pyexec_cors          off;
    pyexec_preload       csv;
    pyexec_python        /usr/bin/env;
    pyexec_temp_dir      http_temp;
--- config
    pyexec_timeout       300ms;
    pyexec_code_limit    100;
    pyexec_output_limit  10;
    pyexec_cors          https://example.com;
    pyexec_preload       decimal;
    pyexec_python        /usr/bin/python3;
    pyexec_temp_dir      server_temp;

    location /execute {
        pyexec on;
    }
--- more_headers
Content-Type: application/json
Origin: https://example.com
--- request eval
[map { ::post({ code => $_ }) }
 "while 1: pass", "#" x 101, "print('x' * 11)",
 "import sys; print('decimal' in sys.modules, 'csv' in sys.modules)"]
--- error_code eval
[200, 413, 200, 200]
--- response_headers eval
[("Access-Control-Allow-Origin: https://example.com") x 4]
--- response_body_like eval
['Execution timed out after 0.3 seconds', 'Code exceeds the limit of 100',
 'Output limit of 10 bytes exceeded',
 '"output": "xxxxxxxxxx", "error": "Output limit|"output": "True False']



=== what is set for a location replaces it there, and only there
--- http_config
    pyexec_timeout       1m;
    pyexec_output_limit  5;
    pyexec_cors          off;
--- config
    pyexec_code_limit    100;

    location /own {
        pyexec               on;
        pyexec_timeout       300ms;
        pyexec_code_limit    10;
        pyexec_output_limit  10;
        pyexec_cors          on;
    }

    location /other {
        pyexec on;
    }
--- request eval
[::post({ code => "while 1:0" }, "/own"), ::post({ code => "#" x 11 }, "/own"),
 ::post({ code => "print(10)" }, "/own"),
 ::post({ code => "#" x 100, timeout => 59 }, "/other"),
 ::post({ code => "#" x 101 }, "/other"),
 ::post({ code => "print(123456)" }, "/other")]
--- error_code eval
[200, 413, 200, 200, 413, 200]
--- response_headers eval
[("Access-Control-Allow-Origin: *") x 3, ("!Access-Control-Allow-Origin") x 3]
--- response_body_like eval
['Execution timed out after 0.3 seconds', 'Code exceeds the limit of 10 ',
 '"output": "10\\\\n"', '"status": "ok"', 'Code exceeds the limit of 100 ',
 '"output": "12345", "error": "Output limit of 5 bytes exceeded"']



=== a scratch is for the locations that have one
--- http_config
    pyexec_scratch  1m;
--- config
    location /inherited {
        pyexec on;
    }

    location /none {
        pyexec          on;
        pyexec_scratch  off;
    }
--- request eval
[map { ::post({ code => "print(open('f', 'w').write('x'))" }, $_) }
 "/inherited", "/none"]
--- error_code eval
[200, 400]
--- response_body_like eval
['^\{"output": "1', "Forbidden operation: open with mode 'w'"]



=== the memory of a location is the one that its programs are told of
--- http_config
    pyexec_memory  64m;
--- config
    location /inherited {
        pyexec on;
    }

    location /own {
        pyexec         on;
        pyexec_memory  32m;
    }
--- request eval
[map { ::post({ code => "len(bytearray(48 << 20)); bytearray(48 << 20)" }, $_)
     } "/inherited", "/own"]
--- error_code eval
[200, 200]
--- response_body_like eval
['"status": "ok"',
 'MemoryError\\\\nMemory limit of 33554432 bytes exceeded", "returncode": 1,']



=== nested locations inherit the limits, not the endpoint
--- config
    location /outer {
        pyexec          on;
        pyexec_timeout  300ms;
        pyexec_allow    math;

        location /outer/inner {
            pyexec        on;
            pyexec_allow  json;
        }

        location /outer/plain {
        }
    }
--- request eval
[::post({ code => "while 1: pass" }, "/outer/inner"),
 ::post({ code => "import math" }, "/outer/inner"),
 ::post({ code => "import json" }, "/outer"),
 ::post({ code => "" }, "/outer/plain")]
--- error_code eval
[200, 400, 400, 404]
--- response_body_like eval
['Execution timed out after 0.3 seconds', 'Disallowed import: math',
 'Disallowed import: json', '<title>404 Not Found</title>']
--- error_log
--- no_error_log
[alert]



=== a location that is switched off is none
--- config
    location /execute {
        pyexec  off;
        return  200 "no programs here\n";
    }
--- request
GET /execute
--- response_headers
!Access-Control-Allow-Origin
--- response_body
no programs here



=== a condition within a location is part of it
--- config
    location /execute {
        pyexec          on;
        pyexec_timeout  300ms;
        pyexec_allow    math;

        if ($arg_debug) {
            add_header  X-Debug  on;
        }
    }
--- request eval
[map { ::post({ code => $_ }, "/execute?debug=1") }
 "while 1: pass", "import json"]
--- error_code eval
[200, 400]
--- response_headers eval
["X-Debug: on\nAccess-Control-Allow-Origin: *",
 "!X-Debug\nAccess-Control-Allow-Origin: *"]
--- response_body_like eval
['Execution timed out after 0.3 seconds', 'Disallowed import: json']



=== a named location is an endpoint, too
--- config
    location /run {
        error_page  404 = @python;
        return      404;
    }

    location @python {
        pyexec on;
    }
--- request eval
::post({ code => "print('by name')" }, "/run")
--- output
by name



=== an endpoint that is reached by a rewrite
--- config
    rewrite  ^/old$  /execute;

    location /execute {
        pyexec on;
    }
--- request eval
::post({ code => "print('rewritten')" }, "/old")
--- output
rewritten



=== an endpoint behind a proxy
--- config
    location /front {
        proxy_pass  http://127.0.0.1:$TEST_NGINX_SERVER_PORT/execute;
    }

    location /execute {
        pyexec on;
    }
--- request eval
[map { ::post({ code => $_ }, "/front") } "print('behind')", "import socket"]
--- error_code eval
[200, 400]
--- response_body_like eval
['^\{"output": "behind\\\\n"', 'Disallowed import: socket']



=== the places and the queue are inherited
--- http_config
    pyexec_concurrency  1;
    pyexec_queue        1 timeout=300ms;
--- init
::occupy(1);
--- code
print(1)
--- refusal_status: 503
--- refusals
Too many executions
--- error_log
pyexec: no place within the queue's timeout, rejecting request



=== a queue of a location has its own timeout, or the default one
--- http_config
    pyexec_concurrency  1;
    pyexec_queue        1 timeout=300ms;
--- location
pyexec_timeout  600ms;
pyexec_queue    1;
--- init
::occupy(1);
--- code
print("after 0.6 seconds")
--- output
after 0.6 seconds
