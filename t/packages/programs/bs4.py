# python3-bs4
from bs4 import BeautifulSoup

page = """
<html><head><title>A page</title></head><body>
<h1 class="big">Head</h1><ul><li>one<li>two</ul>
<a href="/a">first</a> <a href="/b" id="second">second</a></body></html>
"""
for parser in "html.parser", "lxml", "html5lib":
    soup = BeautifulSoup(page, parser)
    print(parser, soup.title.string, [a["href"] for a in soup("a")])
    print(soup.select_one("a#second").text, soup.h1["class"],
          len(soup.find_all("li")))
