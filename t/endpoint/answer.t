#!/usr/bin/perl

# What the answer says of a program that ran.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use Pyexec;

run_tests();

__DATA__

=== what is printed is told apart from what went wrong
--- code
import sys
print("to be continued")
print("watch out", file=sys.stderr)
--- output
to be continued
--- error
watch out



=== text of every plane is answered as it is, with JSON's own escapes
--- request eval
::post({ code => 'print("\\"q\\" \\\\ / \\b\\f\\r\\t \\x1f \\x7f \\xe4 '
                 . '\\u2028 \\u20ac \\U0001f600")' })
--- response_body_like eval
qr/^\{"output": "\\"q\\" \\\\ \/ \\b\\f\\r\\t \\u001f \x7f \xc3\xa4 \xe2\x80\xa8 \xe2\x82\xac \xf0\x9f\x98\x80\\n", /
--- output eval
"\"q\" \\ / \b\f\r\t \x1f \x7f \x{e4} \x{2028} \x{20ac} \x{1f600}\n"



=== a NUL in the output is answered as \u0000
--- code
import sys
print("a\0b")
print("\0", file=sys.stderr)
--- response_body_like chomp
^\{"output": "a\\u0000b\\n", "error": "\\u0000\\n", 
--- output eval
"a\0b\n"
--- error eval
"\0\n"



=== bytes that are not UTF-8 become U+FFFD, their neighbours stay
--- code
import sys
sys.stdout.buffer.write(b"\xff ok \xc3\xa9 \xc3( \xe2\x82 \xed\xa0\x80 \xf0\x9f\x98\x80 \xe2\x82")
sys.stderr.buffer.write(b"\x80abc\xfe")
--- output eval
"\x{fffd} ok \x{e9} \x{fffd}( \x{fffd} \x{fffd}\x{fffd}\x{fffd} \x{1f600} \x{fffd}"
--- error eval
"\x{fffd}abc\x{fffd}"



=== every byte is answered, ASCII unchanged
--- code
import sys
sys.stdout.buffer.write(bytes(range(256)))
--- output eval
CORE::join("", map { chr } 0 .. 127) . "\x{fffd}" x 128



=== an exit status is answered as it is
--- codes
import sys; print("bye"); sys.exit()
import sys; print("bye"); sys.exit(0)
import os; os.write(1, b"bye\n"); os._exit(0)
--- outputs
bye
bye
bye



=== an exit status other than zero is an error
--- code
import sys
sys.exit(3)
--- output
--- returncode: 3
--- status: error



=== an exit status of minus one is 255
--- code
raise SystemExit(-1)
--- output
--- returncode: 255



=== an exit with a message says it on standard error
--- code
import sys
sys.exit("no such luck")
--- output
--- error
no such luck
--- returncode: 1



=== an uncaught exception ends in a traceback of main.py alone
--- code
def half(n):
    return n / 0

print("before")
half(1)
--- output
before
--- error_like
\ATraceback \(most recent call last\):
  File "main.py", line 5, in <module>
    half\(1\)
  File "main.py", line 2, in half
    return n / 0
(?: +[~^]+\n)?ZeroDivisionError: division by zero
\z
--- returncode: 1



=== a program with a syntax error ran, but nothing of it was executed
--- code
print("before")
def f(:
    pass
--- output
--- error_like
\A  File "main.py", line 2
    def f\(:
          \^
SyntaxError: invalid syntax
\z
--- returncode: 1
--- status: error



=== a program that a signal ended is told from one that failed
--- code
import os
print("before", flush=True)
os.kill(os.getpid(), 15)
--- output
before
--- returncode: -15
--- status: signal



=== a program that killed itself was not stopped for a limit
--- code
import os
os.kill(os.getpid(), 9)
--- output
--- error
--- returncode: -9
--- status: signal



=== a program that aborts ends by its signal
--- code
import os
os.abort()
--- output
--- returncode: -6



=== a program that sleeps takes time but no processor
--- code
import time
time.sleep(0.3)
--- output
--- holds
$_->{time} >= 0.3 && $_->{time} < 2
$_->{cpu_time} < 0.2



=== a program that computes takes processor time
--- code
import time
while time.process_time() < 0.2:
    pass
--- output
--- holds
$_->{cpu_time} >= 0.2 && $_->{cpu_time} < 1
$_->{cpu_time} <= $_->{time} + 0.1



=== processor time of what the program started is counted, too
--- code
import subprocess, sys
subprocess.run([sys.executable, "-c",
                "import time\nwhile time.process_time() < 0.3: pass"])
--- output
--- holds
$_->{cpu_time} >= 0.3 && $_->{cpu_time} < 2



=== memory is the peak, in bytes
--- code
data = bytearray(b"x") * (64 << 20)
del data
--- output
--- holds
$_->{memory} > 64 << 20
$_->{memory} < 128 << 20



=== memory is of this run, not of the one before
--- bodies
{"code": "bytearray(b'x') * (64 << 20)"}
{"code": "print('small')"}
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/"memory": \d{8,}\}$/, qr/"memory": [1-3]?\d{7}\}$/]



=== a child that is left behind does not hold up the answer
--- code
import subprocess
print("started", subprocess.Popen(["sleep", "60"]).poll(), flush=True)
--- output
started None
--- holds
$_->{time} < 2



=== a program that closes its output early is waited for
--- code
import os, time
print("closing", flush=True)
os.close(1)
os.close(2)
time.sleep(0.2)
os._exit(4)
--- output
closing
--- returncode: 4
--- holds
$_->{time} >= 0.2



=== every program starts afresh
--- bodies
{"code": "import os, sys; __builtins__.left = os.left = sys.left = 1; print('set')"}
{"code": "import os, sys; print([hasattr(m, 'left') for m in (__builtins__, os, sys)])"}
--- outputs
set
[False, False, False]



=== a program sees nothing of the server's environment
--- main_config
    env PYEXEC_SECRET=hunter2;
--- code
import os
print("PYEXEC_SECRET" in os.environ, "hunter2" in str(os.environ))
--- output
False False
