# python3-reportlab
import io

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

data = io.BytesIO()
SimpleDocTemplate(data, pagesize=A4, invariant=1).build([
    Paragraph("Hello <b>pyexec</b>", getSampleStyleSheet()["Normal"]),
    Table([["a", "b"], [1, 2]])])
print(data.getvalue()[:8], data.getvalue().rstrip()[-5:])
