#!/usr/bin/perl

# Programs may be posted from pages of any origin, or of those that are named.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use Pyexec;

run_tests();

__DATA__

=== every origin may read every answer by default
--- request eval
[::post({ code => "print(1)" }), ::post({ code => "import socket" }),
 ::post("{"), "GET /execute"]
--- error_code eval
[200, 400, 400, 405]
--- response_headers eval
[("Access-Control-Allow-Origin: *\n"
  . "Access-Control-Expose-Headers: Retry-After\n!Vary\n"
  . "!Access-Control-Allow-Credentials") x 4]



=== so may a client that names its origin
--- more_headers
Content-Type: application/json
Origin: https://example.com
--- code
print(1)
--- output
1
--- response_headers
Access-Control-Allow-Origin: *
!Vary



=== a refusal of the content type can be read, too
--- more_headers
Content-Type: text/plain
Origin: https://example.com
--- request
POST /execute
{}
--- error_code: 415
--- response_headers
Access-Control-Allow-Origin: *



=== so can the refusals of nginx itself
--- config
    location = /large {
        pyexec                on;
        client_max_body_size  10;
    }

    location = /denied {
        pyexec  on;
        deny    all;
    }
--- request eval
[::post({ code => "print(1)" }, "/large"),
 ::post({ code => "print(1)" }, "/denied")]
--- error_code eval
[413, 403]
--- response_headers eval
[("Access-Control-Allow-Origin: *") x 2]
--- error_log
--- no_error_log
[alert]



=== a preflight is answered with the methods, the headers it asked for and an age
--- more_headers
Origin: https://example.com
Access-Control-Request-Method: POST
Access-Control-Request-Headers: content-type, x-requested-with
--- request
OPTIONS /execute
--- error_code: 204
--- response_headers
Access-Control-Allow-Origin: *
Access-Control-Allow-Methods: POST, OPTIONS
Access-Control-Allow-Headers: content-type, x-requested-with
Access-Control-Max-Age: 86400
!Content-Length
--- response_body



=== a preflight that asks for no headers may send a content type
--- more_headers
Origin: https://example.com
Access-Control-Request-Method: POST
--- request
OPTIONS /execute
--- error_code: 204
--- response_headers
Access-Control-Allow-Methods: POST, OPTIONS
Access-Control-Allow-Headers: Content-Type



=== an answer that is no preflight's has no headers of one
--- more_headers
Content-Type: application/json
Origin: https://example.com
--- code
print(1)
--- output
1
--- response_headers
!Access-Control-Allow-Methods
!Access-Control-Allow-Headers
!Access-Control-Max-Age



=== without CORS nothing is said of it, and OPTIONS still tells the methods
--- location
pyexec_cors  off;
--- more_headers
Content-Type: application/json
Origin: https://example.com
--- request eval
[::post({ code => "print(1)" }), "GET /execute", "OPTIONS /execute"]
--- error_code eval
[200, 405, 204]
--- response_headers eval
["!Access-Control-Allow-Origin\n!Access-Control-Expose-Headers\n!Vary",
 "!Access-Control-Allow-Origin\n!Vary",
 "!Access-Control-Allow-Origin\n!Access-Control-Allow-Methods\n"
 . "!Access-Control-Max-Age\nAllow: POST, OPTIONS"]



=== an origin that is named is answered with its name
--- location
pyexec_cors  https://example.com http://localhost:3000;
--- request eval
[(::post({ code => "print(1)" })) x 2, "OPTIONS /execute"]
--- more_headers eval
["Content-Type: application/json\nOrigin: https://example.com",
 "Content-Type: application/json\nOrigin: http://localhost:3000",
 "Origin: http://localhost:3000\nAccess-Control-Request-Method: POST"]
--- error_code eval
[200, 200, 204]
--- response_headers eval
["Access-Control-Allow-Origin: https://example.com\nVary: Origin",
 "Access-Control-Allow-Origin: http://localhost:3000\nVary: Origin",
 "Access-Control-Allow-Origin: http://localhost:3000\nVary: Origin\n"
 . "Access-Control-Allow-Methods: POST, OPTIONS"]



=== an origin that is not named is answered without it, caches are told
--- location
pyexec_cors  https://example.com;
--- request eval
[(::post({ code => "print(1)" })) x 5, "OPTIONS /execute"]
--- more_headers eval
["Content-Type: application/json",
 "Content-Type: application/json\nOrigin: http://example.com",
 "Content-Type: application/json\nOrigin: https://example.com.evil.org",
 "Content-Type: application/json\nOrigin: https://example.co",
 "Content-Type: application/json\nOrigin: null",
 "Origin: http://example.com\nAccess-Control-Request-Method: POST"]
--- error_code eval
[(200) x 5, 204]
--- response_headers eval
[("Vary: Origin\n!Access-Control-Allow-Origin\n"
  . "!Access-Control-Allow-Methods") x 6]



=== pages of no origin can be named
--- location
pyexec_cors  null;
--- more_headers
Content-Type: application/json
Origin: null
--- code
print(1)
--- output
1
--- response_headers
Access-Control-Allow-Origin: null
Vary: Origin



=== the name of each header is sent once
--- more_headers
Content-Type: application/json
Origin: https://example.com
--- code
print(1)
--- output
1
--- raw_response_headers_unlike
Access-Control-Allow-Origin.*Access-Control-Allow-Origin
