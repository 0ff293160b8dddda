from datetime import date, datetime, timedelta, timezone

start = datetime(2024, 2, 28, 23, 59, 30, tzinfo=timezone.utc)
print(start, repr(start + timedelta(days=1, seconds=45)))
print(start.isoformat(), start.strftime("%A %d %B %Y %H:%M:%S %z %j %U"))
print(date(2024, 12, 30).isocalendar(), date.fromisoformat("2024-03-10").weekday())
print(datetime.strptime("10/Mar/2024:13:55:36 -0700", "%d/%b/%Y:%H:%M:%S %z"))
print(timedelta(hours=-5.5), timedelta(days=400).total_seconds())
print(datetime.fromtimestamp(0, timezone(timedelta(hours=5, minutes=30))))
print(datetime.fromisoformat("not a date"))
