#!/usr/bin/perl

# Only a body that says it is JSON is read.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use Pyexec;

run_tests();

__DATA__

=== JSON with or without parameters, however it is written
--- request eval
[(::post({ code => "print(1)" })) x 6]
--- more_headers eval
["Content-Type: application/json",
 "Content-Type: application/json; charset=utf-8",
 "Content-Type: application/json;charset=UTF-8",
 "Content-Type: application/json ; charset=utf-8",
 "Content-Type: APPLICATION/Json",
 "content-type: application/json"]
--- outputs
1
1
1
1
1
1



=== any other type, and none, is refused
--- request eval
[(::post({ code => "print(1)" })) x 7]
--- more_headers eval
["X-None: at all",
 "Content-Type:",
 "Content-Type: text/plain",
 "Content-Type: application/x-www-form-urlencoded",
 "Content-Type: application/jsonp",
 "Content-Type: application/json-patch+json",
 "Content-Type: text/plain; application/json"]
--- refusal_status: 415
--- refusals
Content-Type must be application/json
Content-Type must be application/json
Content-Type must be application/json
Content-Type must be application/json
Content-Type must be application/json
Content-Type must be application/json
Content-Type must be application/json



=== a refusal of the type comes before one of the body
--- more_headers
Content-Type: text/plain
--- request
POST /execute
not even JSON
--- refusal_status: 415
--- refusals
Content-Type must be application/json
