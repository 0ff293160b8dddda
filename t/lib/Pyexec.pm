package Pyexec;

# What the suites of Test::Nginx share.  A block may have these sections
# beside those of Test::Nginx:
#
#   code            a program, posted to /execute
#   fields          more members of that request's JSON, as JSON
#   output, error   what the program must print (default: error empty) ...
#   output_like,
#   error_like      ... or a regex for it
#   returncode      (default: 0)
#   status          (default: what the return code says)
#   holds           a Perl expression per line, true of the answer in $_,
#                   which has the execution_time as a number in "time"
#
#   bodies          a JSON text per line, posted to /execute one by one
#   codes           a program of one line per line
#   outputs         per line of these what must be printed
#   refusals        per line of these the "error" of the refusal, with
#                   "LINE:COLUMN " before it where the refusal has a place
#   refusal_status  (default: 400)
#
#   location        directives of the endpoint at /execute
#
#   wrong           directives of a location, or ...
#   wrong_server    ... of a server, with which nginx must not start
#   message         what it must say of them ...
#   told            ... and of which line (default: the last one); without a
#                   message, the line that a warning must name
#
# A block without a config has a plain endpoint at /execute.  Directives that
# are set for all blocks are not set where there is a section defaults.

use strict;
use warnings;

use Digest::MD5 ();
use File::Path 'remove_tree';
use IO::Socket::INET ();
use JSON::PP ();
use POSIX ();
use Test::More ();
use Test::Nginx::Socket ();
use Test::Nginx::Util qw( server_root server_port_for_client );
use Time::HiRes ();

use parent 'Exporter';

our @EXPORT = qw( json post occupy queue_up leave leave_later release scripts
                  error_log_text );


# The whole of it, to see that it has no other members and no other order.

our $Answer = qr/\A
    \{"output":\ "[^"\\]*(?:\\.[^"\\]*)*",
    \ "error":\ "[^"\\]*(?:\\.[^"\\]*)*",
    \ "returncode":\ -?\d+,
    \ "execution_time":\ "\d+\.\d{4}\ seconds",
    \ "status":\ "[a-z_]+",
    \ "cpu_time":\ \d+\.\d+,
    \ "memory":\ \d+\}
\z/xs;

our $Uuid = qr/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}
               -[0-9a-f]{12}/x;

my $Json = JSON::PP->new->utf8->allow_nonref->canonical;
my @expected = qw( output output_like error error_like returncode status
                   holds );
my @clients;
my @children;
my $occupied = 0;


# A program runs as whoever runs the tests, so it must be ours.

Test::Nginx::Util::config_preamble("allow 127.0.0.1; deny all;");
Test::Nginx::Util::worker_connections(256);
Test::Nginx::Util::log_level('info');
Test::Nginx::Util::timeout(10);
Test::Nginx::Util::no_shuffle();
Test::Nginx::Util::no_long_string();

# Blocks that agree on the configuration share a server.

$Test::Nginx::Util::ForceRestartOnTest = 0;


# After a reload the old worker accepts connections for 100 ms.  Test::Nginx
# polls in steps of up to a second until it has not met it for a while; but the
# workers themselves tell.

{
    no warnings 'redefine';

    *Test::Nginx::Util::test_config_version = sub ($$) {
        my ($name, $block) = @_;

        my $master = Test::Nginx::Util::get_pid_from_pidfile($name);
        my $http2 = Test::Nginx::Util::use_http2($block)
                    ? "--http2-prior-knowledge" : "";

        soon(sub { is_reloaded($master, $http2) })
            or Test::More::fail("$name - the configuration is loaded");
    };
}

sub is_reloaded {
    my ($master, $http2) = @_;

    my $url = "http://127.0.0.1:" . server_port_for_client() . "/ver";
    my $version = `curl -s -m 5 $http2 -H 'Host: Test-Nginx' $url`;

    return 0 if $version ne $Test::Nginx::Util::ConfigVersion;

    # the new worker is one of them, the old one has another title by now

    my @workers = grep { /^nginx: worker process$/ }
                  split /\n/, `ps -o args= --ppid $master`;

    return @workers == 1;
}


sub json {
    my $text = $Json->encode($_[0]);

    # Test::Base sets sections as characters, sockets take bytes
    utf8::downgrade($text);
    return $text;
}

sub post {
    my ($body, $uri) = @_;

    return "POST " . ($uri // "/execute") . "\n" . (ref $body ? json($body)
                                                             : $body);
}


# Programs of other clients, which sleep until the block is over.

sub occupy {
    my ($n, $uri) = @_;

    soon(sub { readline(request("pass", $uri)) =~ / 200 / })
        or die "the server does not run programs";

    client($uri) for 1 .. $n;

    $occupied += $n;

    soon(sub { scripts() == $occupied })
        or die "there are " . scripts() . " scripts, not $occupied";
}

# The same, with no place left for them.

sub queue_up {
    my ($n, $uri) = @_;

    client($uri) for 1 .. $n;

    # a request that was sent earlier is read earlier
    Time::HiRes::sleep(0.05);
}

# The last of them, now, or so many seconds from now.

sub leave {
    my $n = shift;

    close pop @clients for 1 .. $n;
    Time::HiRes::sleep(0.05);
}

sub leave_later {
    my ($n, $seconds) = @_;

    my $pid = fork() // die "fork: $!";

    if ($pid == 0) {
        Time::HiRes::sleep($seconds);
        $_->shutdown(2) for @clients[-$n .. -1];
        POSIX::_exit(0);
    }

    push @children, $pid;
}

sub client {
    push @clients, request("import time\ntime.sleep(60)", @_);
}

sub request {
    my ($code, $uri) = @_;

    $uri //= "/execute";

    my $body = json({ code => $code });
    my $length = length $body;

    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                       PeerPort => server_port_for_client())
        or die "connect: $!";

    $socket->syswrite("POST $uri HTTP/1.1\r\n"
                      . "Host: localhost\r\n"
                      . "Content-Type: application/json\r\n"
                      . "Content-Length: $length\r\n\r\n$body")
        or die "write: $!";

    return $socket;
}

sub release {
    waitpid($_, 0) for splice @children;

    return if !@clients;

    close $_ for @clients;
    @clients = ();
    $occupied = 0;

    soon(sub { scripts() == 0 }) or warn "scripts are left: " . scripts();
}

# The scripts that lie in the temporary directory now.

sub scripts {
    my $dir = server_root() . "/pyexec_temp";

    return wantarray ? glob "$dir/*.py" : scalar(() = glob "$dir/*.py");
}

sub error_log_text {
    open my $log, '<', server_root() . "/logs/error.log" or return '';
    local $/;
    return <$log> // '';
}

sub soon {
    my $condition = shift;

    for (1 .. 1000) {
        return 1 if $condition->();
        Time::HiRes::sleep(0.01);
    }

    return 0;
}


Test::Nginx::Util::add_test_cleanup_handler(sub {
    check_told($_[0]) if defined($_[0]->message // $_[0]->told);
    release();

    # Test::Nginx wants to find nothing else below its root
    remove_tree(server_root() . "/temp_scripts");
});

Test::Nginx::Util::add_block_preprocessor(sub {
    my $block = shift;

    set_wrong($block) if defined $block->message;
    set_config($block);
    set_request($block);
    set_log($block);
});

Test::Nginx::Socket::add_response_body_check(sub {
    my ($block, $body, $i, $repeated, $dry_run) = @_;

    return if $dry_run;

    if (defined(my $outputs = $block->outputs)) {
        my @lines = split /\n/, $outputs;
        check_answer($block->name . " ($i)", $body,
                     { output => "$lines[$i]\n" });
        return;
    }

    my %expected = map { $_ => scalar $block->$_ }
                   grep { defined $block->$_ } @expected;

    check_answer($block->name, $body, \%expected) if %expected;
});


sub set_wrong {
    my $block = shift;

    my $wrong = $block->wrong;

    $block->set_value('config', defined $wrong ? endpoint($wrong)
                                               : $block->wrong_server);

    chomp(my $message = $block->message);

    $block->set_value('must_die', 1);
    $block->set_value('error_log', ['[emerg]', $message]);
}

sub check_told {
    my $block = shift;

    my ($file, $line) = error_log_text()
                        =~ /\[(?:emerg|warn)\].* in (\S+):(\d+)$/m;
    my @wrong = split /\n/, $block->wrong // $block->wrong_server // '';
    my @lines;

    if (defined $file && open my $conf, '<', $file) {
        @lines = <$conf>;
    }

    my $told = $block->told // $wrong[-1];

    chomp $told;
    $told =~ s/\$(TEST_NGINX_\w+)/$ENV{$1}/g;

    Test::More::is($line && $lines[$line - 1] =~ s/^ +//r, "$told\n",
                   $block->name . " - the line is told");
}

sub endpoint {
    my $directives = shift;

    return "location /execute {\npyexec on;\n$directives\n}";
}

sub set_config {
    my $block = shift;

    if (!defined $block->config) {
        $block->set_value('config', endpoint($block->location // ''));
    }

    # Nothing preloaded makes the many starts quick.  The directory has a
    # name that Test::Nginx removes between two blocks.

    my $http = $block->http_config // '';

    for my $directive ('pyexec_preload none', 'pyexec_temp_dir pyexec_temp') {
        my ($name) = split ' ', $directive;

        $http .= "\n$directive;"
            if $http !~ /^\s*$name\b/m && !defined $block->defaults;
    }

    $block->set_value('http_config', $http);

    # Test::Nginx looks for a change in this section alone.

    my $mark = Digest::MD5::md5_hex(join "\0",
        map { $block->$_ // '' } qw( http_config main_config log_level
                                     post_setup_server_root ));

    $block->set_value('config', $block->config . "\n# $mark\n");

    $block->set_value('suppress_stderr', 1) if defined $block->must_die;
}

sub set_request {
    my $block = shift;

    my @bodies;

    if (defined $block->code) {
        my $fields = $block->fields // '';
        my $code = json($block->code);

        chomp $fields;
        @bodies = '{"code": ' . $code . ($fields eq '' ? '' : ", $fields")
                  . '}';

    } elsif (defined $block->bodies) {
        @bodies = split /\n/, $block->bodies;

    } elsif (defined $block->codes) {
        @bodies = map { json({ code => $_ }) } split /\n/, $block->codes;
    }

    if (@bodies) {
        my @requests = map { post($_) } @bodies;
        $block->set_value('request', @requests > 1 ? \@requests
                                                   : $requests[0]);
    }

    if (!defined $block->more_headers) {
        $block->set_value('more_headers', 'Content-Type: application/json');
    }

    set_refusals($block) if defined $block->refusals;

    if (!defined $block->response_headers
        && !defined $block->response_headers_like
        && !defined $block->raw_request
        && !defined $block->ignore_response
        && (defined $block->refusals || defined $block->outputs
            || grep { defined $block->$_ } @expected))
    {
        $block->set_value('response_headers',
                          for_each($block, 'Content-Type: application/json'));
    }

    if (defined $block->outputs) {
        $block->set_value('error_code', for_each($block, 200));
    }
}

sub set_refusals {
    my $block = shift;

    my @answers = map { refusal($_) } split /\n/, $block->refusals;

    $block->set_value('error_code',
                      for_each($block, $block->refusal_status // 400));
    $block->set_value('response_body', @answers > 1 ? \@answers
                                                    : $answers[0]);
}

sub refusal {
    my $line = shift;

    my $place = $line =~ s/^(\d+):(\d+) // ? ", \"line\": $1, \"column\": $2"
                                           : "";

    return '{"error": ' . json($line) . "$place}";
}

sub for_each {
    my ($block, $value) = @_;

    my $requests = $block->pipelined_requests // $block->request;

    return $value if ref $requests ne 'ARRAY' || @$requests == 1;

    chomp $value;
    return [ ($value) x @$requests ];
}

sub set_log {
    my $block = shift;

    # Test::Nginx gives a line three times this to be written: plenty where one
    # must be found in a server that runs, but not after each of many requests.

    my $awaited = (defined $block->error_log || defined $block->access_log)
                  && !defined $block->must_die;

    $Test::Nginx::Util::TestNginxSleep = $awaited ? 0.03 : 0.005;

    # a shared server has written to them before

    for my $log ('error.log', 'access.log') {
        my $file = server_root() . "/logs/$log";
        truncate $file, 0 if -e $file;
    }

    return if defined $block->no_error_log;

    my @levels = ('[alert]');

    push @levels, '[crit]', '[error]', '[emerg]'
        if !defined $block->error_log;

    $block->set_value('no_error_log', \@levels);
}


sub check_answer {
    my ($name, $body, $expected) = @_;

    Test::More::like($body, $Answer, "$name - the whole answer")
        or return;

    my $answer = $Json->decode($body);

    my $returncode = $expected->{returncode} // 0;
    my $status = $expected->{status} // ($returncode < 0 ? 'signal'
                                         : $returncode ? 'error' : 'ok');
    chomp($returncode, $status);

    for my $stream ('output', 'error') {
        my $got = $answer->{$stream};
        my $regex = $expected->{"${stream}_like"};

        if (defined $regex) {
            chomp $regex;
            Test::More::like($got, qr/$regex/, "$name - $stream");

        } elsif (defined $expected->{$stream} || $stream eq 'error') {
            Test::More::is($got, $expected->{$stream} // '',
                           "$name - $stream");
        }
    }

    Test::More::is($answer->{returncode}, $returncode, "$name - returncode");
    Test::More::is($answer->{status}, $status, "$name - status");

    my ($time) = $answer->{execution_time} =~ /^([\d.]+)/;

    for my $expression (split /\n/, $expected->{holds} // '') {
        local $_ = { %$answer, time => $time };

        Test::More::ok(eval $expression, "$name - $expression")
            or Test::More::diag($@ || $body);
    }
}


1;
