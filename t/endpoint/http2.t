#!/usr/bin/perl

# The same over HTTP/2, where a body comes in frames.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use Pyexec;

add_block_preprocessor(sub {
    my ($block) = @_;

    # Test::Nginx writes "http2 on" for each nginx since 1.19.9, though it is
    # a directive since 1.25.1 only.  Before, it was a parameter of "listen".

    $Test::Nginx::Util::NginxVersion = "1.019008"
        if $Test::Nginx::Util::NginxVersion < 1.025001;

    $block->set_value('http2', 1);
});

run_tests();

__DATA__

=== a program, its input and its arguments
--- code
import sys
print(sys.argv[1:], sys.stdin.read())
--- fields
"args": ["a", "b"], "stdin": "text"
--- output
['a', 'b'] text



=== a refusal
--- code
import socket
--- refusals
1:8 Code is not safe: Disallowed import: socket



=== a body of several frames
--- request eval
::post({ code => "#" x 60_000 . "\nprint('the end')" })
--- output
the end



=== a body of several frames that nginx keeps in a file
--- location
client_body_buffer_size  1k;
--- request eval
::post({ code => "#" x 60_000 . "\nprint('the end')" })
--- output
the end
--- error_log
a client request body is buffered to a temporary file
--- no_error_log
[error]



=== a body that is larger than any window
--- request eval
::post({ code => "import sys\nprint(len(sys.stdin.read()))",
         stdin => "x" x 900_000 })
--- output
900000
--- error_log
a client request body is buffered to a temporary file
--- no_error_log
[error]



=== a body whose length the client did not tell
--- curl_options: -HTransfer-Encoding:chunked
--- code
print("no length")
--- output
no length



=== a body of no bytes
--- request
POST /execute
--- refusals
Request body is empty



=== a client that is denied
--- location
deny    all;
--- request
GET /execute
--- refusal_status: 403
--- refusals
Forbidden
--- error_log
access forbidden by rule



=== another method
--- request
GET /execute
--- error_code: 405
--- response_headers
Allow: POST, OPTIONS
Access-Control-Allow-Origin: *
--- response_body chomp
{"error": "Method not allowed"}



=== an answer of several frames
--- code
print("x" * 300_000)
--- output_like
\Ax{300}x+\n\z
--- holds
length $_->{output} == 300_001



=== a program whose time is over
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
