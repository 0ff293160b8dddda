import re

log = """\
10.0.0.1 - - [12/Mar/2024:10:00:01] "GET /index.html HTTP/1.1" 200 512
10.0.0.2 - bob [12/Mar/2024:10:00:02] "POST /api HTTP/2.0" 404 0
broken line
10.0.0.1 - - [12/Mar/2024:10:00:03] "GET /ünï HTTP/1.1" 500 77
"""
pattern = re.compile(
    r'^(?P<ip>\S+) \S+ (?P<user>\S+) \[(?P<when>[^]]+)\] '
    r'"(?P<method>[A-Z]+) (?P<path>\S+) [^"]+" (?P<status>\d{3}) (?P<size>\d+)$',
    re.MULTILINE)
for match in pattern.finditer(log):
    print(match.groupdict())
print(pattern.sub(lambda m: f"{m['status']} {m['path']}", log))
print(re.split(r"(\W)", "a,b;c d"), re.fullmatch(r"a+", "aab"))
print(repr(re.compile("(?<=x)y", re.I | re.S)), re.escape("a.b*c"))
re.compile("(unclosed")
