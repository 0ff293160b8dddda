# python3-tz
from datetime import datetime

import pytz

berlin = pytz.timezone("Europe/Berlin")
print(berlin.localize(datetime(2024, 3, 31, 12)).isoformat())
print(pytz.utc.localize(datetime(2024, 1, 1)).astimezone(
    pytz.timezone("Asia/Tokyo")))
print(len(pytz.common_timezones) > 400, pytz.country_timezones("nz"))
