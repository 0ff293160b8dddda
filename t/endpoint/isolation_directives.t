#!/usr/bin/perl

# What isolates and limits runs: the values that an interpreter is started
# with, where they are inherited from, and what is no value.

use lib 't/lib';
use File::Temp 'tempdir';
use Test::More;
use Test::Nginx::Socket 'no_plan';
use Pyexec;

# "zygotes" has a line for each interpreter that must be there, with what it is
# started with where that is not the default.

our %Default = (isolation => 'full', network => 'off', memory => 268435456,
                processes => 16, scratch => 0, cgroup => '');

add_block_preprocessor(sub {
    my ($block) = @_;

    return if !defined $block->zygotes;

    my $config = $block->config // 'location /execute { pyexec on; }';

    $block->set_value('config', "$config\nlocation = /ok { return 204; }\n");
    $block->set_value('request', 'GET /ok');
    $block->set_value('error_code', 204);
    $block->set_value('suppress_stderr', 1);
});

add_response_body_check(sub {
    my ($block) = @_;

    return if !defined $block->zygotes;

    my $got;
    my $want = join "\n", sort split /\n/, $block->zygotes;

    Pyexec::soon(sub { ($got = join "\n", sort(zygotes())) eq $want });
    is($got, $want, $block->name . " - the interpreters");
});

sub zygotes {
    open my $pid, '<', $Test::Nginx::Util::PidFile or die "the master: $!";
    chomp(my $master = <$pid>);

    # a server of one block has no workers beside the master

    my @workers = map { /^ *(\d+) nginx: worker process$/ }
                  `ps -o pid=,args= --ppid $master`;

    return map { other_than_default($_) } grep { /zygote\.py serve/ }
           map { `ps -ww -o args= --ppid $_` } $master, @workers;
}

sub other_than_default {
    my ($args) = @_;

    my %option = $args =~ /(?<= )(\w+)=(\S*)/g;

    my @others = map { "$_=$option{$_}" }
                 grep { $option{$_} ne $Default{$_} } sort keys %Default;

    return join ' ', @others ? @others : 'default';
}

# Interpreters that find something in the way, and tell it last.

my $dir = $ENV{TEST_NGINX_PYTHONS} = tempdir(CLEANUP => 1);

chmod 0755, $dir;

for (['bare', 'pyexec_isolation full: no user namespaces; set something'
              . ' or other' x 40],
     ['old', 'CPython 3.9 or newer is needed'])
{
    my ($name, $says) = @$_;

    open my $file, '>', "$dir/$name" or die "$name: $!";
    print $file "#!/bin/sh\nyes warning | head -n 500\necho '$says'\n";
    close $file or die "$name: $!";
    chmod 0755, "$dir/$name";
}

run_tests();

__DATA__

=== what holds where nothing is said, with the heavy modules and without
--- defaults
--- zygotes
default
default



=== every directive has its value
--- config
    location /execute {
        pyexec            on;
        pyexec_isolation  full;
        pyexec_memory     64m;
        pyexec_processes  4;
        pyexec_scratch    8m;
        pyexec_network    on;
    }
--- zygotes
memory=67108864 network=on processes=4 scratch=8388608



=== the least that a limit may be, and the most
--- http_config
    pyexec_isolation  full;
--- config
    location /least {
        pyexec            on;
        pyexec_memory     16m;
        pyexec_processes  1;
        pyexec_scratch    64k;
    }

    location /most {
        pyexec            on;
        pyexec_memory     1024g;
        pyexec_processes  32768;
        pyexec_scratch    1024g;
    }
--- zygotes
memory=16777216 processes=1 scratch=65536
memory=1099511627776 processes=32768 scratch=1099511627776



=== less isolation is asked for by its name
--- config
    location /process {
        pyexec            on;
        pyexec_isolation  process;
    }

    location /off {
        pyexec            on;
        pyexec_isolation  off;
    }
--- zygotes
isolation=process
isolation=off



=== what is not isolated is warned of, with file and line
--- config
    location /execute {
        pyexec on;
        pyexec_isolation off;
    }
--- told:         pyexec_isolation off;
--- zygotes
isolation=off
--- error_log
"pyexec_isolation" is off: programs are not isolated from this machine in



=== one warning is enough for all locations that a line is for
--- http_config
    pyexec_isolation  off;
--- config
    location /one {
        pyexec on;
    }

    location /two {
        pyexec on;
    }
--- zygotes
isolation=off
--- grep_error_log: "pyexec_isolation" is off
--- grep_error_log_out
"pyexec_isolation" is off



=== what is isolated is no matter for a warning
--- http_config
    pyexec_isolation  full;
--- config
    location /execute {
        pyexec            on;
        pyexec_isolation  process;
    }
--- zygotes
isolation=process
--- no_error_log
[warn]
[alert]
[emerg]



=== what is set for all servers holds in every location
--- http_config
    pyexec_isolation  full;
    pyexec_memory     64m;
    pyexec_processes  4;
    pyexec_scratch    8m;
    pyexec_network    on;
--- config
    location /one {
        pyexec on;
    }

    location /two {
        pyexec on;
    }
--- zygotes
memory=67108864 network=on processes=4 scratch=8388608



=== what is set for a server replaces it there
--- http_config
    pyexec_isolation  off;
    pyexec_memory     64m;
    pyexec_processes  4;
    pyexec_scratch    8m;
    pyexec_network    on;
--- config
    pyexec_isolation  full;
    pyexec_memory     32m;
    pyexec_processes  2;
    pyexec_scratch    4m;
    pyexec_network    off;

    location /execute {
        pyexec on;
    }
--- zygotes
memory=33554432 processes=2 scratch=4194304



=== what is set for a location replaces it there, and only there
--- http_config
    pyexec_isolation  full;
    pyexec_memory     64m;
    pyexec_processes  4;
    pyexec_scratch    8m;
    pyexec_network    on;
--- config
    location /own {
        pyexec            on;
        pyexec_isolation  process;
        pyexec_memory     32m;
        pyexec_processes  2;
        pyexec_scratch    off;
        pyexec_network    off;
    }

    location /other {
        pyexec on;
    }
--- zygotes
isolation=process memory=33554432 processes=2
memory=67108864 network=on processes=4 scratch=8388608



=== nested locations inherit what is not theirs
--- config
    location /outer {
        pyexec            on;
        pyexec_isolation  full;
        pyexec_memory     64m;

        location /outer/inner {
            pyexec            on;
            pyexec_processes  2;
        }
    }
--- zygotes
memory=67108864
memory=67108864 processes=2



=== a condition within a location takes part of it
--- config
    location /execute {
        pyexec            on;
        pyexec_isolation  full;
        pyexec_scratch    8m;

        if ($arg_debug) {
            add_header  X-Debug  on;
        }
    }
--- zygotes
scratch=8388608



=== locations that agree share an interpreter, whatever way they say it
--- http_config
    pyexec_isolation  full;
--- config
    location /silent {
        pyexec on;
    }

    location /outspoken {
        pyexec            on;
        pyexec_isolation  full;
        pyexec_memory     256m;
        pyexec_processes  16;
        pyexec_scratch    off;
        pyexec_network    off;
        pyexec_cgroup     off;
    }

    location /bytes {
        pyexec         on;
        pyexec_memory  268435456;
    }
--- zygotes
default



=== locations that differ in anything do not
--- http_config
    pyexec_isolation  full;
--- config
    location /isolation {
        pyexec            on;
        pyexec_isolation  process;
    }

    location /memory {
        pyexec         on;
        pyexec_memory  257m;
    }

    location /processes {
        pyexec            on;
        pyexec_processes  17;
    }

    location /scratch {
        pyexec          on;
        pyexec_scratch  1m;
    }

    location /network {
        pyexec          on;
        pyexec_network  on;
    }

    location /execute {
        pyexec on;
    }
--- zygotes
default
isolation=process
memory=269484032
network=on
processes=17
scratch=1048576



=== a location that runs nothing needs no interpreter
--- http_config
    pyexec_isolation  full;
--- config
    location /plain {
        pyexec_memory  64m;
    }

    location /execute {
        pyexec on;
    }
--- zygotes
default



=== an isolation has a name
--- wrong: pyexec_isolation some;
--- message
invalid value "some"



=== an isolation is not switched on
--- wrong: pyexec_isolation on;
--- message
invalid value "on"



=== an isolation is chosen once
--- wrong
pyexec_isolation full;
pyexec_isolation process;
--- message
"pyexec_isolation" directive is duplicate



=== memory is a size
--- wrong: pyexec_memory large;
--- message
"pyexec_memory" directive invalid value



=== memory of nothing would be none
--- wrong: pyexec_memory 0;
--- message
"pyexec_memory" must be between 16777216 and 1099511627776 bytes



=== memory is not switched off
--- wrong: pyexec_memory off;
--- message
"pyexec_memory" directive invalid value



=== memory is not negative
--- wrong: pyexec_memory -64m;
--- message
"pyexec_memory" directive invalid value



=== memory has a size
--- wrong: pyexec_memory "";
--- message
"pyexec_memory" directive invalid value



=== memory is not too little for a program
--- wrong: pyexec_memory 16777215;
--- message
"pyexec_memory" must be between 16777216 and 1099511627776 bytes



=== memory is not more than a machine has
--- wrong: pyexec_memory 1025g;
--- message
"pyexec_memory" must be between 16777216 and 1099511627776 bytes



=== memory is not larger than a number can be
--- wrong: pyexec_memory 99999999999999999999g;
--- message
"pyexec_memory" directive invalid value



=== memory is not larger than a number can be with its unit
--- wrong: pyexec_memory 9223372036854775807g;
--- message
"pyexec_memory" directive invalid value



=== memory is set once
--- wrong
pyexec_memory 64m;
pyexec_memory 64m;
--- message
"pyexec_memory" directive is duplicate



=== processes are a number
--- wrong: pyexec_processes 4k;
--- message
invalid number "4k"



=== no process would run nothing
--- wrong: pyexec_processes 0;
--- message
"pyexec_processes" must be between 1 and 32768



=== processes are not negative
--- wrong: pyexec_processes -1;
--- message
invalid number "-1"



=== processes are no more than there are
--- wrong: pyexec_processes 32769;
--- message
"pyexec_processes" must be between 1 and 32768



=== processes are not more than a number can be
--- wrong: pyexec_processes 18446744073709551617;
--- message
invalid number "18446744073709551617"



=== processes are set once
--- wrong
pyexec_processes 4;
pyexec_processes 8;
--- message
"pyexec_processes" directive is duplicate



=== a scratch is a size, or off
--- wrong: pyexec_scratch on;
--- message
"pyexec_scratch" directive invalid value



=== a scratch of nothing would have no end
--- wrong: pyexec_scratch 0;
--- message
"pyexec_scratch" must be between



=== a scratch is no less than a page
--- wrong: pyexec_scratch 1k;
--- message
"pyexec_scratch" must be between



=== a scratch is not negative
--- wrong: pyexec_scratch -1m;
--- message
"pyexec_scratch" directive invalid value



=== a scratch is not more than a machine has
--- wrong: pyexec_scratch 2000g;
--- message
"pyexec_scratch" must be between



=== a scratch is set once
--- wrong
pyexec_scratch off;
pyexec_scratch 1m;
--- message
"pyexec_scratch" directive is duplicate



=== a scratch is there in full isolation only
--- wrong
pyexec_scratch 1m;
pyexec_isolation process;
--- message
"pyexec_scratch" needs "pyexec_isolation full"



=== a network is there or not
--- wrong: pyexec_network lo;
--- message
invalid value "lo" in "pyexec_network" directive, it must be "on" or "off"



=== a network is switched once
--- wrong
pyexec_network off;
pyexec_network on;
--- message
"pyexec_network" directive is duplicate



=== a control group is an absolute path
--- wrong: pyexec_cgroup system.slice/nginx.service;
--- message
"system.slice/nginx.service" is not an absolute path



=== a control group has a path
--- wrong: pyexec_cgroup "";
--- message
"" is not an absolute path



=== a control group is there
--- wrong: pyexec_cgroup /no/such/group;
--- message
stat() "/no/such/group" failed (2: No such file or directory)



=== a control group is not any directory
--- wrong: pyexec_cgroup /tmp;
--- message
"/tmp" is not a directory of cgroup v2



=== a control group is chosen once
--- wrong
pyexec_cgroup off;
pyexec_cgroup off;
--- message
"pyexec_cgroup" directive is duplicate



=== what the machine has not is told with the last directive of the isolation
--- wrong
pyexec_isolation full;
pyexec_memory 64m;
pyexec_python $TEST_NGINX_PYTHONS/bare;
--- told: pyexec_memory 64m;
--- message
pyexec_isolation full: no user namespaces; set something or other



=== what the machine has not is told with the endpoint where nothing is said
--- wrong
pyexec_python $TEST_NGINX_PYTHONS/bare;
--- told: pyexec on;
--- message
pyexec_isolation full: no user namespaces; set something or other



=== what is wrong with an interpreter is told with its own directive
--- wrong
pyexec_python $TEST_NGINX_PYTHONS/old;
pyexec_memory 64m;
pyexec_isolation full;
--- told: pyexec_python $TEST_NGINX_PYTHONS/old;
--- message
/old" cannot be used: CPython 3.9 or newer is needed in
