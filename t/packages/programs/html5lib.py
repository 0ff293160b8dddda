# python3-html5lib
import html5lib

tree = html5lib.parse("<p>one<p>two<table><td>x", namespaceHTMLElements=False)
print([p.text for p in tree.iter("p")], tree.find(".//td").text)
print(html5lib.serialize(tree, tree="etree"))
