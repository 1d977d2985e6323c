"""The `flask intake` command."""

import click
from flask.cli import with_appcontext


@click.command("intake")
@with_appcontext
def intake() -> None:
    """Read tickets from files."""
