# python3-regex
import regex

print(regex.findall(r"\p{Lu}\p{Ll}+", "Ünder Öl und Wasser"))
print(regex.search(r"(?e)(?:colour){e<=1}", "the color").group())
print(regex.match(r"(?:(\w)\s?)+", "a b c").captures(1))
