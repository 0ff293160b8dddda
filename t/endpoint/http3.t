#!/usr/bin/perl

# The same over HTTP/3, whose frames come in datagrams of a connection that
# nginx itself keeps.

use lib 't/lib';
use Test::Nginx::Socket;
use Pyexec;

my $nginx = $ENV{TEST_NGINX_BINARY} || 'nginx';

if (`$nginx -V 2>&1` !~ /--with-http_v3_module/) {
    plan(skip_all => 'this nginx has no HTTP/3');

} elsif (`curl --version` !~ /^Features:.* HTTP3\b/m) {
    plan(skip_all => 'this curl does not speak HTTP/3');

} else {
    plan('no_plan');
}

my $dir = File::Temp::tempdir(CLEANUP => 1);

system("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256"
       . " -keyout $dir/key -out $dir/certificate -days 2 -nodes"
       . " -subj /CN=localhost 2> $dir/error") == 0
    or die "openssl makes no certificate: " . `cat $dir/error`;

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value('http3', 1);
    $block->set_value('http_config', ($block->http_config // '') . "
        ssl_protocols        TLSv1.3;
        ssl_certificate      $dir/certificate;
        ssl_certificate_key  $dir/key;
    ");
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



=== a body that is no JSON
--- request
POST /execute
{"code": "print(1)"
--- error_code: 400
--- response_body_like: ^\{"error": "Invalid JSON



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



=== a body that is too large
--- location
client_max_body_size  1k;
--- request eval
::post({ code => "#" x 60_000 })
--- error_code: 413
--- error_log
client intended to send too large body



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



=== an answer of many datagrams
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



=== the variables
--- http_config
log_format  run  "$server_protocol $pyexec_status $pyexec_returncode";
--- location
access_log  logs/access.log  run;
--- code
raise SystemExit(3)
--- output
--- returncode: 3
--- access_log
HTTP/3.0 error 3
