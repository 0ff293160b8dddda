# python3-pandas
import io

import pandas as pd

text = "day,city,sold\n2024-01-01,A,3\n2024-01-01,B,5\n2024-01-02,A,4\n"
frame = pd.read_csv(io.StringIO(text), parse_dates=["day"])
print(frame.dtypes.astype(str).to_dict())
print(frame.groupby("city")["sold"].agg(["sum", "mean"]))
print(frame.pivot_table(index="day", columns="city", values="sold"))
print(frame.to_csv(index=False), end="")
print(frame.describe()["sold"].round(3).to_dict())
print(pd.date_range("2024-02-28", periods=3, tz="Europe/Berlin"))
print(frame.to_json(orient="records", date_format="iso"))
