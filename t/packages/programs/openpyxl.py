# python3-openpyxl
# needs pyexec_scratch
import io

import openpyxl
from openpyxl.styles import Font

book = openpyxl.Workbook()
sheet = book.active
sheet.title = "Sums"
for row in [("a", "b"), (1, 2), (3, 4)]:
    sheet.append(row)
sheet["C2"] = "=A2+B2"
sheet["A1"].font = Font(bold=True)
data = io.BytesIO()
book.save(data)
again = openpyxl.load_workbook(io.BytesIO(data.getvalue()))
print(again.sheetnames, list(again["Sums"].values), again["Sums"]["A1"].font.b)
