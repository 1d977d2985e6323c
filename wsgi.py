"""Where a web server and the `flask` command find the application."""

from flask.cli import NoAppException

from qa.app import create_app
from qa.core.errors import ConfigurationError

try:
    app = create_app()
except ConfigurationError as error:
    # The `flask` command tells this in a line, and still shows its help.
    raise NoAppException(f"Fairmark does not start: {error}") from None
