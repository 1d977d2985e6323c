"""Where a web server and the `flask` command find the application."""

import click
from flask.cli import NoAppException

from qa.app import create_app
from qa.core.errors import ConfigurationError

try:
    app = create_app()
except ConfigurationError as error:
    told = f"Fairmark does not start: {error}"
    # The `flask` command says it in a line and still shows its help; a server says it and ends.
    raise (NoAppException(told) if click.get_current_context(silent=True) else SystemExit(told)) from None
