#!/usr/bin/perl

# pyexec_temp_dir: where the script of a run lies while it runs.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use Pyexec;

sub one_script_is_there {
    my @scripts = scripts();

    is(scalar @scripts, 1, "one script lies there");
    like($scripts[0], qr{/pyexec_temp/$Pyexec::Uuid\.py$}, "under a UUID");
    is((stat $scripts[0])[2] & 07777, 0600, "for the worker alone");

    open my $script, '<', $scripts[0] or die "$scripts[0]: $!";
    local $/;
    is(<$script>, "import time\ntime.sleep(60)", "it is the program");
}

# "private" names a directory that only the worker may enter; "left" what is
# in the temporary directory when there is an answer.

add_response_body_check(sub {
    my ($block) = @_;

    my $name = $block->name;

    if (defined(my $dir = $block->private)) {
        chomp $dir;
        $dir = server_root() . "/$dir";

        ok(-d $dir, "$name - there is $dir");
        is((stat _)[2] & 07777, 0700, "$name - for the worker alone");
        is((stat _)[4], $>, "$name - who owns it");
    }

    if (defined $block->left) {
        my $dir = server_root() . "/pyexec_temp";

        is(join("", map { s{.*/}{}r . "\n" } sort glob "$dir/*"),
           $block->left, "$name - what is left");
    }
});

sub make_files {
    my $dir = server_root() . "/pyexec_temp";

    mkdir $dir, 0700 or die "$dir: $!";

    for my $name (@_) {
        open my $file, '>', "$dir/$name" or die "$name: $!";
    }
}

run_tests();

__DATA__

=== a script lies there under a UUID, while it runs
--- init
::occupy(1);
::one_script_is_there();
--- code
print("another")
--- output
another



=== whatever comes of a program, its script is gone before the answer
--- location
pyexec_timeout       300ms;
pyexec_output_limit  1k;
--- codes
print(1)
raise SystemExit(3)
import os; os.abort()
def f(:
while True: pass
print("x" * 5000)
import socket
--- error_code eval
[(200) x 6, 400]
--- response_body_like eval
['"status": "ok"', '"returncode": 3', '"returncode": -6', 'SyntaxError',
 '"status": "timeout"', '"status": "output_limit"', 'Disallowed import']
--- left



=== a client that leaves has its script removed
--- init
::occupy(2);
::leave(2);
--- code
import time
time.sleep(0.3)
--- output
--- left



=== the directory is made at the start, for the worker alone
--- code
print(1)
--- output
1
--- private: pyexec_temp



=== by default it is temp_scripts below the prefix
--- defaults
--- code
print(1)
--- output
1
--- private: temp_scripts



=== each location may have its own
--- http_config
    pyexec_temp_dir  http_temp;
--- location
pyexec_temp_dir  $TEST_NGINX_SERVER_ROOT/location_temp;
--- code
print(1)
--- output
1
--- private: location_temp



=== what a crash left is swept at the start, what is not a script stays
--- post_setup_server_root
::make_files("0123abcd-0123-4567-89ab-0123456789ab.py",
             "ffffffff-ffff-ffff-ffff-ffffffffffff.py",
             "FFFFFFFF-ffff-ffff-ffff-ffffffffffff.py",
             "ffffffff-ffff-ffff-ffff-ffffffffffff.pyc",
             "notes.py");
--- code
print(1)
--- output
1
--- left
FFFFFFFF-ffff-ffff-ffff-ffffffffffff.py
ffffffff-ffff-ffff-ffff-ffffffffffff.pyc
notes.py



=== a directory that is gone hurts no program that does not run there
--- init
rmdir "$ServRoot/pyexec_temp" or die "pyexec_temp: $!";
--- code
print(1)
--- output
1
--- error_log eval
qr{\[crit\] .* pyexec: open\(\) "\S+/pyexec_temp/[-0-9a-f]{36}\.py" failed \(2: No such file or directory\)}
--- no_error_log
[alert]



=== where programs run there it is the server's own failure
--- config
    location /execute {
        pyexec            on;
        pyexec_isolation  process;
    }
--- init
rmdir "$ServRoot/pyexec_temp" or die "pyexec_temp: $!";
--- code
print(1)
--- refusal_status: 500
--- refusals
An unexpected error occurred: No such file or directory
--- error_log eval
qr{\[crit\] .* pyexec: open\(\) "\S+/pyexec_temp/[-0-9a-f]{36}\.py" failed \(2: No such file or directory\)}
--- no_error_log
[alert]



=== a directory that cannot be made is found before the start
--- location
pyexec_temp_dir  /nowhere/at/all;
--- must_die
--- error_log
[emerg]
mkdir() "/nowhere/at/all" failed (2: No such file or directory)
