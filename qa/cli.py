"""The `flask` commands as the application offers them: read when one is asked for, because a server needs none."""

import sys

import click
from flask import Flask
from flask.cli import AppGroup

from qa import commands
from qa.config import MIGRATIONS
from qa.core.db import db


def is_demo_command() -> bool:
    """Whether this process was started to build or serve the demo operation."""
    return "demo" in sys.argv[1:2]


class Commands(AppGroup):
    """The commands of every room."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app.name)
        self._app = app
        self._whole = False  # extensions may have added commands of theirs before ours are read

    def list_commands(self, ctx: click.Context) -> list[str]:
        self._read()
        return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        self._read()
        return super().get_command(ctx, cmd_name)

    def _read(self) -> None:
        if self._whole:
            return
        self._whole = True
        init_migrations(self._app)
        for command in commands.whole():
            self.add_command(command)


def init_commands(app: Flask) -> None:
    app.cli = Commands(app)
    if click.get_current_context(silent=True):  # `flask db` is not among ours; whoever runs `flask` has loaded Alembic
        init_migrations(app)


def init_migrations(app: Flask) -> None:
    """Let the migrations find the database."""
    from flask_migrate import Migrate  # loads Alembic, which takes long and serves no request

    Migrate(app, db, directory=str(MIGRATIONS), render_as_batch=True)
