#!/usr/bin/perl

# However a body arrives and wherever nginx keeps it, it is read whole.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use Pyexec;

run_tests();

__DATA__

=== a POST without a body is called empty
--- request
POST /execute
--- refusals
Request body is empty



=== a POST with a body of no bytes is called empty
--- more_headers
Content-Type: application/json
Content-Length: 0
--- request
POST /execute
--- refusals
Request body is empty



=== a body that nginx keeps in a file
--- location
client_body_buffer_size  1k;
--- request eval
::post({ code => "print(len('" . "x" x 20_000 . "'))" })
--- output
20000
--- error_log
a client request body is buffered to a temporary file
--- no_error_log
[error]



=== a body that is always in a file
--- location
client_body_in_file_only  clean;
--- code
print("from a file")
--- output
from a file
--- error_log
a client request body is buffered to a temporary file
--- no_error_log
[error]



=== a body that is in a file and stays there
--- location
client_body_in_file_only  on;
--- code
print("from a file")
--- output
from a file
--- error_log
a client request body is buffered to a temporary file
--- no_error_log
[error]



=== a body that came in more than one buffer
--- location
client_body_in_single_buffer  off;
--- request eval
[[ substr($main::Long = ::post({ code => "#" . "x" x 5_000
                                         . "\nprint('all')" }), 0, 700),
   { value => substr($main::Long, 700, 2_000), delay_before => 0.05 },
   { value => substr($main::Long, 2_700), delay_before => 0.05 } ]]
--- output
all



=== a body of the largest size that is allowed
--- location
client_max_body_size  1m;
--- request eval
::post('{"code": "print(1)", "stdin": "' . "x" x (1024 * 1024 - 33) . '"}')
--- output
1
--- error_log
a client request body is buffered to a temporary file
--- no_error_log
[error]



=== a chunked body
--- more_headers
Content-Type: application/json
Transfer-Encoding: chunked
--- request eval
qq(POST /execute
8\r
{"code":\r
1;name=value\r
 \r
a\r
"print(1)"\r
1\r
}\r
0\r
\r
)
--- output
1



=== a chunked body with a trailer
--- more_headers
Content-Type: application/json
Transfer-Encoding: chunked
--- request eval
qq(POST /execute
14\r
{"code": "print(1)"}\r
0\r
X-Trailer: ignored\r
\r
)
--- output
1



=== a chunked body of no bytes is called empty
--- more_headers
Content-Type: application/json
Transfer-Encoding: chunked
--- request eval
"POST /execute\n0\r\n\r\n"
--- refusals
Request body is empty



=== a chunked body that nginx keeps in a file
--- location
client_body_buffer_size  1k;
--- more_headers
Content-Type: application/json
Transfer-Encoding: chunked
--- request eval
"POST /execute\n"
. CORE::join("", map { sprintf "%x\r\n%s\r\n", length, $_ }
           '{"code": "print(len(', "'", ("x" x 999) x 20, "'", '))"}')
. "0\r\n\r\n"
--- output
19980
--- error_log
a client request body is buffered to a temporary file
--- no_error_log
[error]



=== a slow client sends its program byte by byte
--- request eval
[[ "POST /execute\n", map { { value => $_, delay_before => 0.01 } }
                      split //, '{"code": "print(1)"}' ]]
--- output
1



=== a slow client sends its chunks in pieces
--- raw_request eval
["POST /execute HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
 . "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1",
 "4\r", "\n{\"code\": \"pri", "nt(1)\"}\r", "\n", "0\r\n", "\r", "\n"]
--- raw_request_middle_delay: 0.02
--- output
1



=== a client that waits for 100 gets it, and then the answer
--- more_headers
Content-Type: application/json
Expect: 100-continue
--- request
POST /execute
{"code": "print(1)"}
--- error_code: 100
--- response_body_like chomp
\AHTTP/1\.1 200 OK\r\n.*\r\n\r\n\{"output": "1\\n", .*\}\z



=== a client that waits for 100 with too large a body gets only the refusal
--- location
client_max_body_size  1k;
lingering_timeout     100ms;
--- raw_request eval
"POST /execute HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
. "Content-Type: application/json\r\nContent-Length: 1025\r\n"
. "Expect: 100-continue\r\n\r\n"
--- error_code: 413
--- response_body chomp
{"error": "Request exceeds the limit of 1024 bytes"}
--- error_log
client intended to send too large body



=== a second program on the same connection
--- pipelined_requests eval
[map { ::post({ code => "print($_)" }) } 1 .. 3]
--- outputs
1
2
3



=== a refusal does not end the connection
--- location
pyexec_code_limit  20;
--- pipelined_requests eval
[::post({ code => "import socket" }),
 ::post({ code => "#" x 21 }),
 ::post("{"),
 "GET /execute",
 ::post({ code => "print('still here')" })]
--- error_code eval
[400, 413, 400, 405, 200]
--- response_body_like eval
['^\{"error": "Code is not safe: Disallowed import: socket", ',
 '^\{"error": "Code exceeds the limit of 20 bytes"\}$',
 '^\{"error": "Invalid JSON"\}$',
 '^\{"error": "Method not allowed"\}$',
 '^\{"output": "still here\\\\n", ']



=== a body that nobody reads is not taken for the next request
--- more_headers
Content-Type: text/plain
--- pipelined_requests eval
["POST /execute\nGET /execute HTTP/1.1", "PUT /execute\nGET /", "GET /"]
--- error_code eval
[415, 405, 200]
--- response_body_like eval
['Content-Type must be application/json', 'Method not allowed', 'It works!']



=== a client that leaves in the middle of its body starts nothing
--- http_config
    log_format  run  escape=none '[$pyexec_run_id]';
--- location
access_log  logs/access.log run;
--- raw_request eval
"POST /execute HTTP/1.1\r\nHost: localhost\r\n"
. "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"code\": "
--- ignore_response
--- shutdown: 2
--- wait: 0.1
--- error_log
client prematurely closed connection
