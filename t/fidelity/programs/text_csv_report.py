import csv
import io
import sys

rows = list(csv.DictReader(sys.stdin))
out = io.StringIO()
writer = csv.writer(out, quoting=csv.QUOTE_MINIMAL)
writer.writerow(["name", "total"])
for row in rows:
    writer.writerow([row["name"], int(row["price"]) * int(row["count"])])
sys.stdout.write(out.getvalue())
