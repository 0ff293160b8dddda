exec(input())
print(eval(input(), {"__builtins__": {}}, {"x": 20}))
eval(input())
