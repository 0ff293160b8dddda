# -*- coding: latin-1 -*-
print("only ascii here")
raise ValueError("line 3")
