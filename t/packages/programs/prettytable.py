# python3-prettytable
from prettytable import PrettyTable

table = PrettyTable(["name", "size"])
table.add_row(["a", 1])
table.add_row(["bb", 22])
table.align["name"] = "l"
print(table)
print(table.get_html_string())
