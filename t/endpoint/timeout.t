#!/usr/bin/perl

# pyexec_timeout, and a request's own timeout within it.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use Pyexec;

run_tests();

__DATA__

=== a program that does not end is ended, what it printed is kept
--- location
pyexec_timeout  500ms;
--- code
print("started", flush=True)
while True:
    pass
--- output
started
--- error chomp
Execution timed out after 0.5 seconds
--- returncode: -9
--- status: timeout
--- holds
$_->{time} >= 0.5 && $_->{time} < 3



=== the last line of the error is one of its own
--- location
pyexec_timeout  500ms;
--- code
import sys, time
sys.stderr.write("no line end")
sys.stderr.flush()
time.sleep(60)
--- output
--- error chomp
no line end
Execution timed out after 0.5 seconds
--- returncode: -9
--- status: timeout



=== a line that was ended is not ended again
--- location
pyexec_timeout  500ms;
--- code
import sys, time
print("a line", file=sys.stderr)
time.sleep(60)
--- output
--- error chomp
a line
Execution timed out after 0.5 seconds
--- returncode: -9
--- status: timeout



=== a request may have less time
--- code
import time
time.sleep(60)
--- fields
"timeout": 0.25
--- output
--- error chomp
Execution timed out after 0.25 seconds
--- returncode: -9
--- status: timeout
--- holds
$_->{time} >= 0.25 && $_->{time} < 3



=== a request may have next to no time
--- request
POST /execute
{"code": "while True: pass", "timeout": 1e-300}
--- output
--- error chomp
Execution timed out after 0.001 seconds
--- returncode: -9
--- status: timeout



=== a request may name the limit itself
--- bodies
{"code": "print('5')", "timeout": 5}
{"code": "print('5.0')", "timeout": 5.0}
{"code": "print('0.5e1')", "timeout": 0.5e1}
--- outputs
5
5.0
0.5e1



=== a request that wants more is told the limit
--- bodies
{"code": "print(1)", "timeout": 5.001}
{"code": "print(1)", "timeout": 60}
{"code": "print(1)", "timeout": 1e308}
{"code": "print(1)", "timeout": 1e999}
--- refusals
Field "timeout" exceeds the limit of 5 seconds
Field "timeout" exceeds the limit of 5 seconds
Field "timeout" exceeds the limit of 5 seconds
Field "timeout" exceeds the limit of 5 seconds



=== the limit that is told is the location's
--- config
    location /short {
        pyexec          on;
        pyexec_timeout  1500ms;
    }

    location /long {
        pyexec          on;
        pyexec_timeout  2m;
    }
--- request eval
[::post({ code => "", timeout => 2 }, "/short"),
 ::post({ code => "", timeout => 121 }, "/long"),
 ::post({ code => "", timeout => 6 }, "/long")]
--- error_code eval
[400, 400, 200]
--- response_body_like eval
['^\{"error": "Field \\\\"timeout\\\\" exceeds the limit of 1.5 seconds"\}$',
 '^\{"error": "Field \\\\"timeout\\\\" exceeds the limit of 120 seconds"\}$',
 '"status": "ok"']



=== a program cannot catch or ignore its end
--- location
pyexec_timeout  500ms;
pyexec_allow    default signal;
--- code
import signal, time
for n in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(n, signal.SIG_IGN)
while True:
    try:
        time.sleep(60)
    except BaseException:
        pass
--- output
--- error chomp
Execution timed out after 0.5 seconds
--- returncode: -9
--- status: timeout



=== a program that stopped itself is ended, too
--- location
pyexec_timeout  300ms;
--- code
import os
os.kill(os.getpid(), 19)
--- output
--- error chomp
Execution timed out after 0.3 seconds
--- returncode: -9
--- status: timeout



=== what the program started ends with it
--- location
pyexec_timeout  500ms;
--- code
import subprocess
child = subprocess.Popen(["sleep", "60"])
print("started", flush=True)
child.wait()
--- output
started
--- error chomp
Execution timed out after 0.5 seconds
--- returncode: -9
--- status: timeout
--- holds
$_->{time} < 3



=== a program that ends in time is not told of any limit
--- location
pyexec_timeout  2s;
--- code
import time
time.sleep(0.3)
print("done")
--- output
done



=== while one program takes its time the next is answered
--- config
    location /execute {
        pyexec on;
    }
--- init
::occupy(1);
--- code
print("at once")
--- output
at once
--- holds
$_->{time} < 3
