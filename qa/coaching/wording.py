"""Texts that people type into coaching: redacted before they are kept, never cut in silence."""

from urllib.parse import urlsplit

from qa.core.errors import InvalidInputError
from qa.tickets.redaction import redact

LONGEST_LINE, LONGEST_TEXT, LONGEST_URL = 500, 4_000, 2_000


def line(text: str, *, field: str, missing: str = "", most: int = LONGEST_LINE) -> str:
    """One line: white space joined, addresses and numbers taken out. ``missing`` is said where there has to be one."""
    return _checked(redact(" ".join(text.replace("\x00", "").split())), field, missing, most)


def text(typed: str, *, field: str, missing: str = "", most: int = LONGEST_TEXT) -> str:
    """Several lines, addresses and numbers taken out."""
    lines = typed.replace("\x00", "").replace("\r\n", "\n").strip().split("\n")
    return _checked(redact("\n".join(each.rstrip() for each in lines)), field, missing, most)


def _checked(said: str, field: str, missing: str, most: int) -> str:
    if missing and not said:
        raise InvalidInputError(missing, {field: missing})
    if len(said) > most:
        told = f"At most {most} characters; these are {len(said)}."
        raise InvalidInputError(told, {field: told})
    return said


def address(typed: str, *, field: str = "url") -> str:
    """A web address that is safe to link; empty stays empty."""
    url = typed.strip()
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("https", "http") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        fits = False
    if not fits or len(url) > LONGEST_URL or any(sign.isspace() or ord(sign) < 32 for sign in url):
        told = "An address begins with https:// and has no blanks."
        raise InvalidInputError(told, {field: told})
    return url
