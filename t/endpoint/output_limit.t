#!/usr/bin/perl

# pyexec_output_limit: how much a program may print on each stream.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use Pyexec;

run_tests();

__DATA__

=== an output of the limit is whole
--- location
pyexec_output_limit  10;
--- code
import sys
print("123456789")
print("abcdefghi", file=sys.stderr)
--- output
123456789
--- error
abcdefghi



=== one byte more ends the program, the bytes of the limit are kept
--- location
pyexec_output_limit  10;
--- code
print("1234567890")
--- output chomp
1234567890
--- error chomp
Output limit of 10 bytes exceeded
--- returncode: -9
--- status: output_limit



=== standard error has the same limit of its own
--- location
pyexec_output_limit  10;
--- code
import sys
print("123456789", flush=True)
sys.stderr.write("abcdefghijk")
--- output
123456789
--- error chomp
abcdefghij
Output limit of 10 bytes exceeded
--- returncode: -9
--- status: output_limit



=== a program that never stops printing is ended at once
--- location
pyexec_output_limit  100k;
--- code
while True:
    print("y" * 1000)
--- output_like
\A(?:y{1000}\n){102}y{298}\z
--- error chomp
Output limit of 102400 bytes exceeded
--- returncode: -9
--- status: output_limit
--- holds
length $_->{output} == 100 * 1024
$_->{time} < 2



=== what a child prints counts, too
--- location
pyexec_output_limit  1k;
--- code
import subprocess
subprocess.run(["yes"])
--- output_like
\A(?:y\n){512}\z
--- error chomp
Output limit of 1024 bytes exceeded
--- returncode: -9
--- status: output_limit



=== by default each stream has a megabyte
--- code
import sys
print("x" * (1024 * 1024 - 1))
print("y" * (1024 * 1024 - 1), file=sys.stderr)
--- output_like
\Ax{32766}x+\n\z
--- error_like
\Ay{32766}y+\n\z
--- holds
length $_->{output} == 1024 * 1024
length $_->{error} == 1024 * 1024



=== a character that the limit cuts is one that is not UTF-8
--- location
pyexec_output_limit  10;
--- code
print("123456789€")
--- output eval
"123456789\x{fffd}"
--- error chomp
Output limit of 10 bytes exceeded
--- returncode: -9
--- status: output_limit
