# python3-pandas python3-openpyxl python3-xlsxwriter
# needs pyexec_scratch
import io

import pandas as pd

frame = pd.DataFrame({"name": ["a", "b"], "number": [1, 2.5]})
for engine in "openpyxl", "xlsxwriter":
    data = io.BytesIO()
    with pd.ExcelWriter(data, engine=engine) as writer:
        frame.to_excel(writer, sheet_name="one", index=False)
    data.seek(0)
    print(engine, pd.read_excel(data, sheet_name="one").equals(frame))
