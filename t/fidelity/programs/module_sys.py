import sys

print(sys.version_info[:2], sys.implementation.name, sys.byteorder, sys.maxsize)
print(sys.getrecursionlimit(), sys.getswitchinterval(), sys.getdefaultencoding())
print(sys.getfilesystemencoding(), sys.getfilesystemencodeerrors())
print(sys.platform, sys.executable != "", sys.maxunicode, sys.float_info.max)
print(sys.argv, len(sys.argv), sys.dont_write_bytecode in (True, False))
print(sys.getsizeof([]), sys.intern("x"), sys.exc_info(), sys.gettrace())
print(sys.stdin.name, sys.stdout.name, sys.stderr.name, sys.stdout.mode)
print(sys.displayhook.__name__, sys.excepthook.__name__, sys.getprofile())
sys.displayhook(42)
