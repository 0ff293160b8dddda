import time
from datetime import datetime

print(datetime.fromtimestamp(0), time.tzname, time.timezone, time.daylight)
print(time.strftime("%c %x %X %p", time.gmtime(1e9)), time.localtime(0))
