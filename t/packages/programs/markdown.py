# python3-markdown
import markdown

text = """
# Title

A *word* and `code`.

| a | b |
|---|---|
| 1 | 2 |
"""
print(markdown.markdown(text, extensions=["tables", "toc"]))
