"""What the runner does for this room."""

from qa.core.jobs import Handler

HANDLERS: dict[str, Handler] = {}
