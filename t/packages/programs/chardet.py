# python3-chardet
import chardet

text = "Überall dieselbe alte Leier, und täglich grüßt das Murmeltier. " * 5
for coding in "utf-8", "utf-16", "ascii":
    found = chardet.detect(text.encode(coding, "ignore"))
    print(coding, found["encoding"], found["confidence"] > 0.5)
