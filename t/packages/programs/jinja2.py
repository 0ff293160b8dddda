# python3-jinja2
from jinja2 import Environment, UndefinedError, StrictUndefined

env = Environment(undefined=StrictUndefined, autoescape=True)
template = env.from_string("""
{%- macro row(x) %}<li>{{ x|title }}</li>{% endmacro -%}
<ul>{% for item in items if item %}{{ row(item) }}{% endfor %}</ul>""")
print(template.render(items=["a<b", "", "two words"]))
try:
    env.from_string("{{ missing }}").render()
except UndefinedError as error:
    print(error)
