#!/usr/bin/perl

# Every wrong value is found before the start, and its line is told.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use Pyexec;

run_tests();

__DATA__

=== pyexec is a switch
--- wrong_server
location /execute {
pyexec maybe;
--- message
invalid value "maybe" in "pyexec" directive, it must be "on" or "off"



=== pyexec is one switch
--- wrong: pyexec off;
--- message
"pyexec" directive is duplicate



=== pyexec is for a location, not for a server
--- wrong_server: pyexec on;
--- message
"pyexec" directive is not allowed here



=== a timeout is a time
--- wrong: pyexec_timeout soon;
--- message
"pyexec_timeout" directive invalid value



=== a timeout has a unit that there is
--- wrong: pyexec_timeout 5sec;
--- message
"pyexec_timeout" directive invalid value



=== a timeout of nothing would be none
--- wrong: pyexec_timeout 0;
--- message
"pyexec_timeout" directive must be greater than 0



=== a timeout is not negative
--- wrong: pyexec_timeout -1s;
--- message
"pyexec_timeout" directive invalid value



=== a timeout is not longer than a number can be
--- wrong: pyexec_timeout 99999999999999999999s;
--- message
"pyexec_timeout" directive invalid value



=== a timeout is set once
--- wrong
pyexec_timeout 1s;
pyexec_timeout 2s;
--- message
"pyexec_timeout" directive is duplicate



=== a timeout is one time
--- wrong: pyexec_timeout 1s 2s;
--- message
invalid number of arguments in "pyexec_timeout" directive



=== a temporary directory is set once
--- wrong
pyexec_temp_dir one_temp;
pyexec_temp_dir two_temp;
--- message
"pyexec_temp_dir" directive is duplicate



=== a temporary directory has no levels
--- wrong: pyexec_temp_dir one_temp 1 2;
--- message
invalid number of arguments in "pyexec_temp_dir" directive



=== a module of the allow-list is a top-level one
--- wrong: pyexec_allow math os.path;
--- message
invalid module "os.path": a top-level name is needed, its submodules follow it



=== a module of the allow-list is a name
--- wrong: pyexec_allow "math,os";
--- message
invalid module "math,os"



=== a module of the allow-list is not a number
--- wrong: pyexec_allow 2to3;
--- message
invalid module "2to3"



=== a module of the allow-list has letters
--- wrong: pyexec_allow "";
--- message
invalid module ""



=== an allow-list names something
--- wrong: pyexec_allow;
--- message
invalid number of arguments in "pyexec_allow" directive



=== no module stands beside none
--- wrong: pyexec_allow none math;
--- message
"pyexec_allow" directive has "none" beside other modules



=== none stands beside no module
--- wrong: pyexec_allow math none;
--- message
"pyexec_allow" directive has "none" beside other modules



=== no line of modules follows none
--- wrong
pyexec_allow none;
pyexec_allow math;
--- message
"pyexec_allow" directive stands beside "none"



=== none follows no line of modules
--- wrong
pyexec_allow math;
pyexec_allow none;
--- message
"pyexec_allow" directive has "none" beside other modules



=== an interpreter is an absolute path
--- wrong: pyexec_python python3;
--- message
"python3" is not an absolute path



=== an interpreter is there
--- wrong: pyexec_python /no/such/python3;
--- message
stat() "/no/such/python3" failed (2: No such file or directory)



=== an interpreter is a file
--- wrong: pyexec_python /usr/bin;
--- message
"/usr/bin" is not a file that every user may execute



=== an interpreter may be executed
--- wrong: pyexec_python /etc/passwd;
--- message
"/etc/passwd" is not a file that every user may execute



=== an interpreter is set once
--- wrong
pyexec_python /usr/bin/python3;
pyexec_python /usr/bin/python3;
--- message
"pyexec_python" directive is duplicate



=== an interpreter is a Python
--- wrong: pyexec_python /bin/cat;
--- message
pyexec_python "/bin/cat" cannot be used



=== a preloaded module has a name in each of its parts
--- wrong: pyexec_preload xml..dom;
--- message
invalid module "xml..dom"



=== a preloaded module is not relative
--- wrong: pyexec_preload .dom;
--- message
invalid module ".dom"



=== a preloaded module is not an option
--- wrong: pyexec_preload -m;
--- message
invalid module "-m"



=== nothing to preload stands alone
--- wrong: pyexec_preload math none;
--- message
invalid module "none"



=== what is preloaded is told once
--- wrong
pyexec_preload math;
pyexec_preload json;
--- message
"pyexec_preload" directive is duplicate



=== what is preloaded is installed
--- wrong: pyexec_preload math no_such_module;
--- message
there is no module "no_such_module"



=== a code limit is a size
--- wrong: pyexec_code_limit large;
--- message
"pyexec_code_limit" directive invalid value



=== a code limit of nothing would be none
--- wrong: pyexec_code_limit 0;
--- message
"pyexec_code_limit" directive must be greater than 0



=== a code limit is not negative
--- wrong: pyexec_code_limit -1;
--- message
"pyexec_code_limit" directive invalid value



=== a code limit is set once
--- wrong
pyexec_code_limit 1k;
pyexec_code_limit 1k;
--- message
"pyexec_code_limit" directive is duplicate



=== an output limit is a size
--- wrong: pyexec_output_limit 1mb;
--- message
"pyexec_output_limit" directive invalid value



=== an output limit of nothing would be none
--- wrong: pyexec_output_limit 0k;
--- message
"pyexec_output_limit" directive must be greater than 0



=== an output limit is not larger than a number can be
--- wrong: pyexec_output_limit 99999999999999999999m;
--- message
"pyexec_output_limit" directive invalid value



=== an output limit is set once
--- wrong
pyexec_output_limit 1k;
pyexec_output_limit 2k;
--- message
"pyexec_output_limit" directive is duplicate



=== a concurrency is a number
--- wrong: pyexec_concurrency auto;
--- message
invalid number



=== a concurrency of nothing would run nothing
--- wrong: pyexec_concurrency 0;
--- message
"pyexec_concurrency" directive must be greater than 0



=== a concurrency is not negative
--- wrong: pyexec_concurrency -4;
--- message
invalid number



=== a concurrency is set once
--- wrong
pyexec_concurrency 4;
pyexec_concurrency 8;
--- message
"pyexec_concurrency" directive is duplicate



=== a queue is a number
--- wrong: pyexec_queue off;
--- message
invalid number "off"



=== a queue is not negative
--- wrong: pyexec_queue -1;
--- message
invalid number "-1"



=== a queue has a timeout that is a time
--- wrong: pyexec_queue 8 timeout=long;
--- message
invalid parameter "timeout=long"



=== a queue without time would be none
--- wrong: pyexec_queue 8 timeout=0;
--- message
invalid parameter "timeout=0"



=== a queue has a timeout and nothing else
--- wrong: pyexec_queue 8 wait=5s;
--- message
invalid parameter "wait=5s"



=== a queue is set once
--- wrong
pyexec_queue 8;
pyexec_queue 8 timeout=1s;
--- message
"pyexec_queue" directive is duplicate



=== an origin has a scheme
--- wrong: pyexec_cors https://example.com www.example.com;
--- message
invalid origin "www.example.com", an origin is "scheme://host[:port]"



=== an origin has no path
--- wrong: pyexec_cors https://example.com/;
--- message
invalid origin "https://example.com/", an origin is "scheme://host[:port]"



=== an origin has no path that is longer, either
--- wrong: pyexec_cors https://example.com/app;
--- message
invalid origin "https://example.com/app", an origin is "scheme://host[:port]"



=== an origin has a host
--- wrong: pyexec_cors https://;
--- message
invalid origin "https://", an origin is "scheme://host[:port]"



=== no origin stands beside a switch
--- wrong: pyexec_cors off https://example.com;
--- message
invalid origin "off"



=== no origin stands beside every origin
--- wrong: pyexec_cors https://example.com *;
--- message
invalid origin "*"



=== origins are told once
--- wrong
pyexec_cors https://example.com;
pyexec_cors https://example.org;
--- message
"pyexec_cors" directive is duplicate
