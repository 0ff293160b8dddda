#!/usr/bin/perl

# POST runs a program, OPTIONS asks about it, nothing else is allowed.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use Pyexec;

run_tests();

__DATA__

=== any other method is told which ones there are
--- request eval
["GET /execute", "PUT /execute\n{}", "DELETE /execute", "PATCH /execute\n{}",
 "PROPFIND /execute", "RUN /execute"]
--- error_code eval
[(405) x 6]
--- response_headers eval
[("Allow: POST, OPTIONS\nContent-Type: application/json") x 6]
--- response_body eval
[('{"error": "Method not allowed"}') x 6]



=== a GET of no body is not waited for
--- request
GET /execute?code=print(1)
--- refusal_status: 405
--- refusals
Method not allowed



=== a HEAD has the headers of the refusal alone
--- request
HEAD /execute
--- error_code: 405
--- response_headers
Allow: POST, OPTIONS
Content-Type: application/json
Content-Length: 31
--- response_body



=== OPTIONS is answered with what is allowed and no body
--- request
OPTIONS /execute
--- error_code: 204
--- response_headers
Allow: POST, OPTIONS
!Content-Type
!Content-Length
!Transfer-Encoding
--- response_body



=== OPTIONS leaves the connection open, as POST does
--- raw_request eval
"OPTIONS /execute HTTP/1.1\r\nHost: localhost\r\n\r\n"
. "POST /execute HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
. "Content-Type: application/json\r\nContent-Length: 20\r\n\r\n"
. '{"code": "print(1)"}'
--- error_code: 204
--- response_body_like chomp
\AHTTP/1\.1 200 OK\r\n.*\r\n\r\n\{"output": "1\\n", .*\}\z



=== an operator can forbid what the location would answer
--- config
    location /execute {
        pyexec on;

        limit_except POST {
            deny all;
        }
    }
--- request eval
["OPTIONS /execute", "GET /execute", ::post({ code => "print(1)" })]
--- error_code eval
[403, 403, 200]
--- response_body_like eval
['^\{"error": "Forbidden"\}$', '^\{"error": "Forbidden"\}$',
 '^\{"output": "1']
--- error_log
--- no_error_log
[alert]
