import locale
import sys

for stream in (sys.stdin, sys.stdout, sys.stderr):
    print(stream.encoding, stream.errors, stream.line_buffering, stream.write_through,
          stream.newlines, stream.isatty(), stream.fileno(), type(stream).__name__)
print(sys.flags.utf8_mode, locale.getpreferredencoding(), locale.setlocale(locale.LC_CTYPE))
print(sys.stdin.seekable(), sys.stdout.seekable(), sys.stdin.readable(), sys.stdout.writable())
print(sys.stdin.buffer, sys.stdout.buffer.raw, sys.stderr.buffer)
print(repr(sys.stdin), sys.stdout, sys.stderr)
print(sys.__stdin__ is sys.stdin, sys.__stdout__ is sys.stdout)
