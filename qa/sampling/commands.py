"""The `flask draw` and `flask receipts` commands."""

import click
from flask.cli import AppGroup, with_appcontext

receipts = AppGroup("receipts", help="Receipts of draws.")


@click.command("draw")
@with_appcontext
def draw() -> None:
    """Draw a period's sample."""
