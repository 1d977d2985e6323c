"""The `flask demo` command."""

import click
from flask.cli import with_appcontext


@click.command("demo")
@with_appcontext
def demo() -> None:
    """Build the demo operation and serve it."""
