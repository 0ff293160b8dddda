π = 3.14159
def площадь(радиус): return π * радиус ** 2
class Größe: 名前 = "n"
print(площадь(2), Größe.名前, "ﬁ".isidentifier())
ﬁx = 1
print(fix, sorted(n for n in globals() if not n.isascii()))
𝐱 = 5
print(x)
