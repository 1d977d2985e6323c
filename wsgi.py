"""Where a web server and the `flask` command find the application."""

import gc

import click
from flask.cli import NoAppException

# Nothing that is made while the application is put together is thrown away: looking for garbage in it took a tenth of
# the start. Afterwards it is set aside, so that no collection between two requests walks through it again.
gc.disable()

from qa.app import create_app  # noqa: E402 - reading the rooms is most of what is made
from qa.core.errors import ConfigurationError  # noqa: E402

try:
    app = create_app()
except ConfigurationError as error:
    told = f"Fairmark does not start: {error}"
    # The `flask` command says it in a line and still shows its help; a server says it and ends.
    raise (NoAppException(told) if click.get_current_context(silent=True) else SystemExit(told)) from None
finally:
    gc.freeze()
    gc.enable()
