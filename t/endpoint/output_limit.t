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



=== the limit cuts before a character, not in it
--- location
pyexec_output_limit  10;
--- code
print("123456789\u20ac")
--- output chomp
123456789
--- error chomp
Output limit of 10 bytes exceeded
--- returncode: -9
--- status: output_limit



=== neither in one that is longer, on standard error
--- location
pyexec_output_limit  10;
--- code
import sys
sys.stderr.write("1234567\U0001f40d")
--- error chomp
1234567
Output limit of 10 bytes exceeded
--- returncode: -9
--- status: output_limit



=== a character that ends at the limit is whole
--- location
pyexec_output_limit  10;
--- code
print("1234567\u20ac\u20ac")
--- output eval
"1234567\x{20ac}"
--- error chomp
Output limit of 10 bytes exceeded
--- returncode: -9
--- status: output_limit



=== a limit that is smaller than the character leaves nothing
--- location
pyexec_output_limit  2;
--- code
print("\u20ac")
--- output chomp
--- error chomp
Output limit of 2 bytes exceeded
--- returncode: -9
--- status: output_limit



=== a character that is written in two parts is cut as any other
--- location
pyexec_output_limit  10;
--- code
import os, time
os.write(1, b"12345678\xe2\x82")
time.sleep(0.05)
os.write(1, b"\xac\n")
--- output chomp
12345678
--- error chomp
Output limit of 10 bytes exceeded
--- returncode: -9
--- status: output_limit



=== what begins no character at the limit stays as it is
--- location
pyexec_output_limit  10;
--- code
import os
os.write(1, b"12345678\xe2\x82x")
--- output eval
"12345678\x{fffd}"
--- error chomp
Output limit of 10 bytes exceeded
--- returncode: -9
--- status: output_limit



=== so does a byte that no character begins with
--- location
pyexec_output_limit  10;
--- code
import os
os.write(1, b"123456789\xff\xbf")
--- output eval
"123456789\x{fffd}"
--- error chomp
Output limit of 10 bytes exceeded
--- returncode: -9
--- status: output_limit



=== and the first byte of one that is too long for what it says
--- location
pyexec_output_limit  10;
--- code
import os
os.write(1, b"123456789\xe0\x80\x80")
--- output eval
"123456789\x{fffd}"
--- error chomp
Output limit of 10 bytes exceeded
--- returncode: -9
--- status: output_limit



=== and the half of a pair
--- location
pyexec_output_limit  10;
--- code
import os
os.write(1, b"12345678\xed\xa0\x80")
--- output eval
"12345678\x{fffd}\x{fffd}"
--- error chomp
Output limit of 10 bytes exceeded
--- returncode: -9
--- status: output_limit



=== a character that the program itself does not end is not cut away
--- location
pyexec_output_limit  10;
--- code
import os
os.write(1, b"12345678\xe2\x82")
--- output eval
"12345678\x{fffd}"
