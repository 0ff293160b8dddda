# python3-rich
from rich.console import Console
from rich.markdown import Markdown
from rich.table import Table

console = Console(width=60)
table = Table(title="Numbers")
table.add_column("n")
table.add_column("square", justify="right")
for n in range(3):
    table.add_row(str(n), str(n * n))
console.print(table)
console.print(Markdown("# Head\n\n* one\n* two"))
console.print({"a": [1, 2]}, "[bold]bold[/bold]")
