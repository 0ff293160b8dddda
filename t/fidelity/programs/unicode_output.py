# -*- coding: utf-8 -*-
print("Grüße, 世界! שלום नमस्ते 👩‍👩‍👧‍👦 e\u0301 \u200b \ufeff \x00 \x7f \x1b[1mbold\x1b[0m")
print("\u2028 \u2029 \x85 \r carriage \t tab \b \f \v")
print(len("👩‍👩‍👧‍👦"), "👍🏽".encode(), ascii("é😀"), repr("\x00\x1f\x7f\xad\u200b😀"))
print("\U0010ffff \ufffe \ue000 \ufffd")
