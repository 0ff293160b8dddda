# python3-fonttools
import io

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

builder = FontBuilder(1000)
builder.setupGlyphOrder([".notdef", "A"])
builder.setupCharacterMap({65: "A"})
pen = TTGlyphPen(None)
pen.moveTo((0, 0))
pen.lineTo((500, 800))
pen.lineTo((500, 0))
pen.closePath()
builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "A": pen.glyph()})
builder.setupHorizontalMetrics({".notdef": (500, 0), "A": (600, 0)})
builder.setupHorizontalHeader(ascent=800, descent=-200)
builder.setupOS2()
builder.setupPost()
data = io.BytesIO()
builder.font.save(data)
data.seek(0)
print(TTFont(data).getBestCmap(), len(TTFont(data)["glyf"].keys()))
