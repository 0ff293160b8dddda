# python3-lxml
from lxml import etree, html

root = etree.fromstring("<a><b n='1'>one</b><b n='2'>two</b></a>")
print(root.xpath("//b[@n > 1]/text()"), root.xpath("count(//b)"))
sheet = etree.XSLT(etree.fromstring("""
<xsl:stylesheet version="1.0"
                xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:template match="/"><out><xsl:value-of select="a/b"/></out>
  </xsl:template>
</xsl:stylesheet>"""))
print(str(sheet(root)).strip())
page = html.fromstring("<p>See <a href='/x'>x</a> and <a href='/y'>y</a>")
print([link[2] for link in page.iterlinks()], page.text_content())
schema = etree.RelaxNG(etree.fromstring(
    '<element name="a" xmlns="http://relaxng.org/ns/structure/1.0">'
    "<text/></element>"))
print(schema.validate(root), etree.tostring(root, pretty_print=True))
