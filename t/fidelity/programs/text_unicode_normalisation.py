import unicodedata

for text in ("é", "e\u0301", "ﬁ", "Å", "한글", "ǆ", "½", "🇫🇷"):
    forms = [unicodedata.normalize(f, text) for f in ("NFC", "NFD", "NFKC", "NFKD")]
    print(ascii(text), [ascii(f) for f in forms],
          [unicodedata.name(c, "?") for c in text])
print(unicodedata.unidata_version)
print(unicodedata.lookup("SNOWMAN"), unicodedata.category("€"))
