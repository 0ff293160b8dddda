import shlex

print(shlex.split("run 'a b' \"c \\\" d\" e\\ f # comment", comments=True))
print(shlex.join(["echo", "it's", "$HOME", ""]))
lexer = shlex.shlex("a = b + 'c d'; e", posix=True, punctuation_chars=True)
print(list(lexer))
shlex.split("an 'open quote")
