#!/usr/bin/perl

# pyexec_concurrency and pyexec_queue: a place, a turn in the queue, or 503.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use Pyexec;

run_tests();

__DATA__

=== a place that is free is taken at once
--- location
pyexec_concurrency  2;
pyexec_queue        0;
--- init
::occupy(1);
--- code
print("the second of two")
--- output
the second of two



=== without a place or a queue the program is refused
--- location
pyexec_concurrency  2;
pyexec_queue        0;
--- init
::occupy(2);
--- code
print(1)
--- response_headers
Content-Type: application/json
Retry-After: 1
Access-Control-Allow-Origin: *
Access-Control-Expose-Headers: Retry-After
--- refusal_status: 503
--- refusals
Too many executions
--- error_log
pyexec: 2 executions run and 0 wait, rejecting request



=== a refusal of the code needs no place
--- location
pyexec_concurrency  1;
pyexec_queue        0;
--- init
::occupy(1);
--- codes
import socket
--- refusals
1:8 Code is not safe: Disallowed import: socket



=== a program waits for its turn
--- config
    location /short {
        pyexec              on;
        pyexec_concurrency  1;
        pyexec_timeout      800ms;
    }

    location /execute {
        pyexec              on;
        pyexec_concurrency  1;
    }
--- init
$::Sent = Time::HiRes::time();
::occupy(1, "/short");
--- code
import time
print(time.time())
--- output_like
\A\d+\.\d+\n\z
--- holds
$_->{output} - $::Sent >= 0.75
$_->{time} < 0.7



=== a full queue refuses
--- location
pyexec_concurrency  1;
pyexec_queue        2;
--- init
::occupy(1);
::queue_up(2);
--- code
print(1)
--- response_headers
Retry-After: 1
--- refusal_status: 503
--- refusals
Too many executions
--- error_log
pyexec: 1 executions run and 2 wait, rejecting request



=== who leaves the queue makes room in it
--- location
pyexec_concurrency  1;
pyexec_timeout      500ms;
pyexec_queue        1;
--- init
::occupy(1);
::queue_up(1);
::leave(1);
--- code
print("instead of another")
--- output
instead of another



=== a turn that does not come in time is a refusal
--- location
pyexec_concurrency  1;
pyexec_queue        1 timeout=300ms;
--- init
::occupy(1);
$::Sent = Time::HiRes::time();
--- code
print(1)
--- response_headers
Retry-After: 1
--- refusal_status: 503
--- refusals
Too many executions
--- error_log
pyexec: no place within the queue's timeout, rejecting request



=== turns come in the order of the requests
--- location
pyexec_concurrency  1;
pyexec_timeout      300ms;
--- init
::occupy(1);
::queue_up(2);
$::Sent = Time::HiRes::time();
--- code
import time
print(time.time())
--- output_like
\A\d+\.\d+\n\z
--- holds
$_->{output} - $::Sent >= 0.75



=== a client that leaves gives its place to the next
--- location
pyexec_concurrency  1;
--- init
::occupy(1);
::leave_later(1, 0.2);
$::Sent = Time::HiRes::time();
--- code
import time
print(time.time())
--- output_like
\A\d+\.\d+\n\z
--- holds
$_->{output} - $::Sent < 4



=== places are of the worker, limits of the location
--- config
    location /many {
        pyexec              on;
        pyexec_concurrency  3;
    }

    location /execute {
        pyexec              on;
        pyexec_concurrency  2;
        pyexec_queue        0;
    }
--- init
::occupy(2, "/many");
--- request eval
[::post({ code => "print(1)" }), ::post({ code => "print(2)" }, "/many")]
--- error_code eval
[503, 200]
--- response_body_like eval
['^\{"error": "Too many executions"\}$', '^\{"output": "2']
--- error_log
--- no_error_log
[alert]



=== the time in the queue is no time of the run
--- config
    location /short {
        pyexec              on;
        pyexec_concurrency  1;
        pyexec_timeout      600ms;
    }

    location /execute {
        pyexec              on;
        pyexec_concurrency  1;
        pyexec_timeout      600ms;
    }
--- init
::occupy(1, "/short");
--- code
import time
time.sleep(0.3)
print("in time")
--- output
in time
--- holds
$_->{time} >= 0.3 && $_->{time} < 0.6
