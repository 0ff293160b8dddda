# python3-xlsxwriter
# needs pyexec_scratch
import io
import zipfile

import xlsxwriter

data = io.BytesIO()
with xlsxwriter.Workbook(data) as book:
    sheet = book.add_worksheet("one")
    sheet.write_row(0, 0, ["a", 1, 2.5, True])
    sheet.write_formula("A2", "=SUM(B1:C1)", None, 3.5)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=one!$B$1:$C$1"})
    sheet.insert_chart("D3", chart)
names = zipfile.ZipFile(data).namelist()
print("xl/charts/chart1.xml" in names, "xl/worksheets/sheet1.xml" in names)
