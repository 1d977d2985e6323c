"""Refusals that every room may raise; `qa/errors.py` turns them into pages."""

from typing import Any


class FairmarkError(Exception):
    """A rule of the product was broken; the message is written for the person who did it."""

    status = 400
    title = "That did not work"


class ConfigurationError(FairmarkError):
    """The installation's settings are missing or contradict each other."""

    status = 500


class NotFoundError(FairmarkError):
    """The object does not exist, or not for this person: the two look the same."""

    status = 404


class ForbiddenError(FairmarkError):
    """This person's roles do not grant this use case."""

    status = 403


class ConflictError(FairmarkError):
    """Somebody else changed the object first; ``state`` tells a script how it stands now."""

    status = 409
    title = "Somebody else was faster"

    def __init__(self, message: str, state: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.state = state or {}


class InvalidInputError(FairmarkError):
    """The input breaks a rule; ``fields`` says which field and why, ``state`` tells a script how things stand."""

    status = 422
    title = "Please correct the input"

    def __init__(self, message: str, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = fields or {}
        self.state: dict[str, Any] = {}
