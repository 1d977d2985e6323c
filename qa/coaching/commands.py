"""The `flask export` commands."""

from flask.cli import AppGroup

export = AppGroup("export", help="Workbooks as files.")
