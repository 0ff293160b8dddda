# python3-docutils
from docutils.core import publish_parts, publish_doctree

text = "Title\n=====\n\n* one\n* *two*\n\n.. note:: well\n"
print(publish_parts(text, writer_name="html5")["body"])
print(publish_doctree(text).pformat())
