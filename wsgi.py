"""Where a web server and the `flask` command find the application."""

from qa.app import create_app
from qa.core.errors import ConfigurationError

try:
    app = create_app()
except ConfigurationError as error:
    raise SystemExit(f"Fairmark does not start: {error}") from None
