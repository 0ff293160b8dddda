# python3-click
import click
from click.testing import CliRunner


@click.command()
@click.option("--count", default=1, help="Number of greetings.")
@click.argument("name")
def hello(count, name):
    for _ in range(count):
        click.echo(f"Hello {name}!")


print(CliRunner().invoke(hello, ["--count", "2", "you"]).output, end="")
print(CliRunner().invoke(hello, []).exit_code)
