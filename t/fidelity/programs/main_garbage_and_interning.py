import gc
import sys

print(gc.isenabled(), gc.get_threshold(), gc.get_debug(), gc.callbacks, gc.garbage)
a = [object()]
print(sys.getrefcount(a), sys.is_finalizing())
print(len(gc.get_referrers(a)), gc.is_tracked([]))
