# python3-docx
import io

import docx

document = docx.Document()
document.add_heading("Title", 1)
document.add_paragraph("A paragraph with ").add_run("bold").bold = True
table = document.add_table(rows=1, cols=2)
table.cell(0, 1).text = "x"
data = io.BytesIO()
document.save(data)
again = docx.Document(io.BytesIO(data.getvalue()))
print([p.text for p in again.paragraphs], again.tables[0].cell(0, 1).text)
