# python3-tornado
from tornado import escape, template

page = template.Template("{% for x in xs %}<b>{{ x }}</b>{% end %}")
print(page.generate(xs=["a", "<"]))
print(escape.url_escape("a b"), escape.json_decode('{"a": [1]}'))
