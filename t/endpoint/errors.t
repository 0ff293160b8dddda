#!/usr/bin/perl

# What nginx itself refuses in the location is refused in the endpoint's form.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use Pyexec;

run_tests();

__DATA__

=== a body that says it is too large is refused before it is sent
--- location
client_max_body_size  1k;
lingering_timeout     100ms;
--- request eval
::post({ code => "#" x 1100 })
--- refusal_status: 413
--- refusals
Request exceeds the limit of 1024 bytes
--- error_log
client intended to send too large body: 1111 bytes



=== a chunked body is refused where it becomes too large
--- location
client_max_body_size  1k;
lingering_timeout     100ms;
--- more_headers
Content-Type: application/json
Transfer-Encoding: chunked
--- request eval
[[ "POST /execute\n200\r\n" . "x" x 512 . "\r\n",
   map { { value => "200\r\n" . "x" x 512 . "\r\n", delay_before => 0.02 } }
   1 .. 2 ]]
--- refusal_status: 413
--- refusals
Request exceeds the limit of 1024 bytes
--- error_log
client intended to send too large chunked body



=== a chunked body that is broken is the client's error
--- more_headers
Content-Type: application/json
Transfer-Encoding: chunked
--- request eval
"POST /execute\nxyz\r\n"
--- refusals
Bad request
--- error_log
client sent invalid chunked body



=== a client that is denied
--- location
deny    all;
--- code
print(1)
--- refusal_status: 403
--- refusals
Forbidden
--- error_log
access forbidden by rule



=== a client that must say who it is
--- location
auth_basic            "programs";
auth_basic_user_file  no-such-file;
--- code
print(1)
--- response_headers
Content-Type: application/json
WWW-Authenticate: Basic realm="programs"
--- refusal_status: 401
--- refusals
Authorization required



=== a client that sends too many requests, with nginx's own status
--- http_config
    limit_req_zone  $server_name  zone=one:64k  rate=1r/m;
--- location
limit_req  zone=one;
--- request eval
[::post({ code => "print(1)" }), ::post({ code => "print(2)" })]
--- error_code eval
[200, 503]
--- response_headers eval
[("Content-Type: application/json") x 2]
--- response_body_like eval
['^\{"output": "1', '^\{"error": "Service unavailable"\}$']
--- error_log
--- no_error_log
[alert]



=== a client that sends too many requests, with the status for it
--- http_config
    limit_req_zone  $server_name  zone=two:64k  rate=1r/m;
--- location
limit_req         zone=two;
limit_req_status  429;
--- request eval
[::post({ code => "print(1)" }), ::post({ code => "print(2)" })]
--- error_code eval
[200, 429]
--- response_headers eval
[("Content-Type: application/json") x 2]
--- response_body_like eval
['^\{"output": "1', '^\{"error": "Too many requests"\}$']
--- error_log
--- no_error_log
[alert]



=== a status of the operator's own
--- location
return  451;
--- code
print(1)
--- refusal_status: 451
--- refusals
Request failed



=== a page of the operator's own stays his
--- location
deny        all;
error_page  403 /denied.txt;
--- user_files
>>> denied.txt
ask the operator
--- code
print(1)
--- error_code: 403
--- response_body
ask the operator
--- error_log
access forbidden by rule



=== a HEAD of an error has no body
--- location
deny    all;
--- request
HEAD /execute
--- error_code: 403
--- response_headers
Content-Type: application/json
Content-Length: 22
--- response_body
--- error_log
access forbidden by rule



=== an error leaves the connection as it was
--- config
    location /execute {
        pyexec on;

        if ($arg_no) {
            return 403;
        }
    }
--- pipelined_requests eval
[::post({ code => "print(1)" }, "/execute?no=1"),
 ::post({ code => "print(2)" })]
--- error_code eval
[403, 200]
--- response_body_like eval
['^\{"error": "Forbidden"\}$', '^\{"output": "2']



=== outside of the location nginx answers as ever
--- request eval
["GET /nowhere", "POST /nowhere\n{}"]
--- error_code eval
[404, 404]
--- response_headers eval
["Content-Type: text/html\n!Access-Control-Allow-Origin",
 "Content-Type: text/html\n!Access-Control-Allow-Origin"]
--- response_body_like eval
['<title>404 Not Found</title>', '<title>404 Not Found</title>']
--- error_log
--- no_error_log
[alert]



=== a location inside of the endpoint is none by itself
--- config
    location /execute {
        pyexec on;

        location /execute/docs {
            return 200 "how to\n";
        }
    }
--- request eval
["GET /execute/docs", "GET /execute"]
--- error_code eval
[200, 405]
--- response_headers eval
["!Access-Control-Allow-Origin", "Access-Control-Allow-Origin: *"]
--- response_body eval
["how to\n", '{"error": "Method not allowed"}']



=== a refusal reaches a client whose rate is limited
--- location
limit_rate  250;
--- request
POST /execute
{
--- refusals
Invalid JSON
