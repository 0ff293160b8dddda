#!/usr/bin/perl

# What the access log may tell of a run; nothing where nothing ran.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use Pyexec;

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value('http_config', ($block->http_config // '') . <<'END');
    log_format  pyexec  escape=none
        'status=$pyexec_status returncode=$pyexec_returncode '
        'time=$pyexec_time cpu_time=$pyexec_cpu_time memory=$pyexec_memory '
        'queue_time=$pyexec_queue_time rule=$pyexec_rule '
        'run_id=$pyexec_run_id.';
    access_log  logs/access.log  pyexec;
END
});

our $Nothing = "status= returncode= time= cpu_time= memory= queue_time=";

run_tests();

__DATA__

=== a program that ran
--- code
print(1)
--- output
1
--- access_log eval
qr/^status=ok returncode=0 time=\d\.\d{4} cpu_time=\d\.\d{6} memory=\d{7,8} queue_time=\d\.\d{4} rule= run_id=$Pyexec::Uuid\.$/



=== a program that failed
--- code
raise SystemExit(3)
--- output
--- returncode: 3
--- access_log eval
qr/^status=error returncode=3 time=\d\.\d{4} cpu_time=\d\.\d{6} memory=\d+ queue_time=\d\.\d{4} rule= run_id=$Pyexec::Uuid\.$/



=== a program that a signal ended
--- code
import os
os.abort()
--- output
--- returncode: -6
--- access_log eval
qr/^status=signal returncode=-6 time=\d\.\d{4} .* rule= run_id=$Pyexec::Uuid\.$/



=== a program whose time was over
--- code
while True:
    pass
--- fields
"timeout": 0.3
--- output
--- error chomp
Execution timed out after 0.3 seconds
--- returncode: -9
--- status: timeout
--- access_log eval
qr/^status=timeout returncode=-9 time=(?:0\.[3-9]|[1-9]\.)\d+ cpu_time=\d\.\d+ memory=\d+ queue_time=\d\.\d{4} rule= run_id=$Pyexec::Uuid\.$/



=== a program that printed too much
--- location
pyexec_output_limit  10;
--- code
print("x" * 11)
--- output chomp
xxxxxxxxxx
--- error chomp
Output limit of 10 bytes exceeded
--- returncode: -9
--- status: output_limit
--- access_log eval
qr/^status=output_limit returncode=-9 time=/



=== the rule that refused an import, and nothing of a run
--- code
import socket
--- refusals
1:8 Code is not safe: Disallowed import: socket
--- access_log eval
qr/^$::Nothing rule=import run_id=\.$/



=== the rules that refused operations
--- location
add_header  X-Rule  $pyexec_rule  always;
--- codes
import os; os.system("id")
import os; os.execv("/bin/sh", ["sh"])
open("f", "w")
import subprocess; subprocess.run("id", shell=True)
import subprocess; subprocess.getoutput("id")
__import__("o" + "s")
print(1)
--- error_code eval
[(400) x 6, 200]
--- response_headers eval
[(map { "X-Rule: $_" } "os.system", "os.execv", "open", "subprocess.run",
  "subprocess.getoutput", "__import__"), "!X-Rule"]



=== nothing where the request was refused
--- request eval
["GET /execute", ::post("{"), "OPTIONS /execute"]
--- error_code eval
[405, 400, 204]
--- access_log eval
qr/^$::Nothing rule= run_id=\.$/
--- no_access_log eval
[qr/=(?!$|[a-z_]+=| |\.$)/]



=== nothing where nginx refused the request
--- location
deny    all;
--- code
print(1)
--- refusal_status: 403
--- refusals
Forbidden
--- error_log
access forbidden by rule
--- access_log eval
qr/^$::Nothing rule= run_id=\.$/



=== nothing outside of the location
--- request
GET /
--- access_log eval
qr/^$::Nothing rule= run_id=\.$/



=== nothing where there was no place
--- location
pyexec_concurrency  1;
pyexec_queue        0;
--- init
::occupy(1);
--- code
print(1)
--- refusal_status: 503
--- refusals
Too many executions
--- error_log
rejecting request
--- access_log eval
qr/^$::Nothing rule= run_id=\.$/



=== the time in the queue is that of the queue
--- location
pyexec_concurrency  1;
pyexec_timeout      500ms;
--- init
::occupy(1);
--- code
print("at last")
--- output
at last
--- access_log eval
qr/^status=ok returncode=0 time=0\.[0-4]\d{3} .* queue_time=(?:0\.[3-9]|[1-9]\.)\d+ rule= run_id=$Pyexec::Uuid\.$/



=== the id of a run is the name of its script, and of no other run
--- code
print("another")
--- init
::occupy(1);
($::Script) = ::scripts();
::release();
--- output
another
--- access_log eval
[qr/run_id=(??{ $::Script =~ m{([^\/]+)\.py$} && $1 })\.$/, qr/^status=ok .* run_id=(??{ $::Script =~ m{([^\/]+)\.py$} && "(?!$1)" })$Pyexec::Uuid\.$/]



=== a client that left has an id, but no end of its run
--- init
::occupy(1);
::release();
--- code
print(1)
--- output
1
--- access_log eval
qr/^status= returncode= time= cpu_time= memory= queue_time=\d\.\d{4} rule= run_id=$Pyexec::Uuid\.$/



=== variables can be sent in headers
--- location
add_header  X-Run  $pyexec_run_id;
add_header  X-Time $pyexec_time;
--- code
print(1)
--- response_headers_like
X-Run: [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}
X-Time: \d\.\d{4}
--- output
1
