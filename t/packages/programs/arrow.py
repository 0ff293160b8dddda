# python3-arrow
import arrow

when = arrow.get("2024-05-11T21:23:58+00:00")
print(when.to("US/Pacific"), when.shift(days=-1).format("YYYY-MM-DD"))
print(when.humanize(when.shift(hours=2)), when.span("month")[1])
