import sys

sys.stdout.buffer.write(bytes(range(256)) + b"\n")
sys.stdout.buffer.write(b"\xc3\x28 \xe2\x82 \xf0\x9f\x98 \xed\xa0\x80 \xc0\xaf \xf4\x90\x80\x80 end\n")
sys.stdout.buffer.flush()
sys.stderr.buffer.write(b"\xff\xfe\xe9 on stderr \xe2\x98\x83\n\xe2\x98")
