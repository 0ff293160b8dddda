# python3-dateutil
from datetime import datetime

from dateutil import parser, rrule, tz
from dateutil.easter import easter
from dateutil.relativedelta import relativedelta

print(parser.parse("Thu Sep 25 2003 10:36:28"))
print(datetime(2024, 1, 31) + relativedelta(months=1), easter(2025))
print([day.date().isoformat() for day in rrule.rrule(
    rrule.WEEKLY, count=3, dtstart=datetime(2024, 5, 1))])
zone = tz.gettz("America/New_York")
print(datetime(2024, 7, 1, tzinfo=tz.UTC).astimezone(zone))
