#!/usr/bin/perl

# pyexec_python: the interpreter of the operator's choice.

use lib 't/lib';
use File::Temp 'tempdir';
use Test::Nginx::Socket 'no_plan';
use Pyexec;

my $dir = $ENV{TEST_NGINX_PYTHONS} = tempdir(CLEANUP => 1);

chmod 0755, $dir;

system("/usr/bin/python3", "-m", "venv", "--without-pip", "$dir/venv") == 0
    or die "the virtual environment: $?";

my ($packages) = glob "$dir/venv/lib/python3.*/site-packages";

make_file("$packages/only_here.py", "WHERE = 'in the venv'\n");
make_file("$packages/broken.py", "raise RuntimeError('no luck')\n");
make_file("$dir/silent", "#!/bin/sh\nexit 0\n");
make_file("$dir/talks", "#!/bin/sh\necho first; echo I am no Python >&2\n");
make_file("$dir/crashes", "#!/bin/sh\nkill -SEGV \$\$\n");
make_file("$dir/no_format", "no program at all\n");
make_file("$dir/no_execution", "#!/bin/sh\n");

chmod 0755, map { "$dir/$_" } qw( silent talks crashes no_format );
symlink "/usr/bin/python3", "$dir/link";

sub make_file {
    my ($name, $text) = @_;

    open my $file, '>', $name or die "$name: $!";
    print $file $text;
    close $file or die "$name: $!";
}

run_tests();

__DATA__

=== by default it is Debian's
--- code
import os, sys
print(sys.executable, sys.prefix, os.path.dirname(os.__file__) in sys.path)
--- output
/usr/bin/python3 /usr True



=== a virtual environment has its own modules
--- location
pyexec_python  $TEST_NGINX_PYTHONS/venv/bin/python3;
pyexec_allow   default only_here;
--- code
import only_here, sys
print(only_here.WHERE, sys.prefix != sys.base_prefix)
--- output
in the venv True



=== a virtual environment may preload its own modules
--- http_config
    pyexec_preload  only_here;
    pyexec_python   $TEST_NGINX_PYTHONS/venv/bin/python3;
    pyexec_allow    default only_here;
--- code
import sys
print("only_here" in sys.modules)
import only_here
--- output
True



=== another location has not what the virtual environment has
--- config
    location /venv {
        pyexec         on;
        pyexec_python  $TEST_NGINX_PYTHONS/venv/bin/python3;
        pyexec_allow   default only_here;
    }

    location /execute {
        pyexec         on;
        pyexec_allow   default only_here;
    }
--- request eval
[(::post({ code => "import only_here; print(only_here.WHERE)" }, "/venv"),
  ::post({ code => "import only_here; print(only_here.WHERE)" })) x 2]
--- error_code eval
[(200) x 4]
--- response_body_like eval
[('"output": "in the venv', "No module named 'only_here'") x 2]



=== what a virtual environment starts is of it, too
--- location
pyexec_python  $TEST_NGINX_PYTHONS/venv/bin/python3;
--- code
import subprocess, sys
subprocess.run([sys.executable, "-c", "import only_here; print('found')"])
--- output
found



=== a link to an interpreter is one
--- location
pyexec_python  $TEST_NGINX_PYTHONS/link;
--- code
print("linked")
--- output
linked



=== an interpreter that no location uses need not be one
--- http_config
    pyexec_python  $TEST_NGINX_PYTHONS/silent;
--- location
pyexec_python  /usr/bin/python3;
--- code
print("well")
--- output
well



=== a module that fails when it is preloaded is told in the log
--- http_config
    pyexec_preload  broken;
    pyexec_python   $TEST_NGINX_PYTHONS/venv/bin/python3;
    pyexec_allow    default broken;
--- code
import broken
--- refusal_status: 500
--- refusals
An unexpected error occurred: the Python interpreter cannot start
--- error_log
pyexec: zygote: cannot import "broken": RuntimeError: no luck



=== a program that says nothing is no interpreter
--- location
pyexec_python  $TEST_NGINX_PYTHONS/silent;
--- must_die
--- error_log eval
qr{\[emerg\] .* pyexec_python "\S+/silent" cannot be used: it ended without a word}



=== a program that says something else is no interpreter
--- location
pyexec_python  $TEST_NGINX_PYTHONS/talks;
--- must_die
--- error_log eval
qr{\[emerg\] .* pyexec_python "\S+/talks" cannot be used: I am no Python}



=== a program that crashes is no interpreter
--- location
pyexec_python  $TEST_NGINX_PYTHONS/crashes;
--- must_die
--- error_log eval
qr{\[emerg\] .* pyexec_python "\S+/crashes" cannot be used: }



=== a file that is no program is no interpreter
--- location
pyexec_python  $TEST_NGINX_PYTHONS/no_format;
--- must_die
--- error_log eval
qr{\[emerg\] .* pyexec_python "\S+/no_format" cannot be used: .*Exec format error}
