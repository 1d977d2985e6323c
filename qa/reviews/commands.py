"""The `flask reviews` commands."""

from flask.cli import AppGroup

reviews = AppGroup("reviews", help="Reviews and their results.")
