"""Inline icons: each is drawn once in a process and then only copied into pages."""

from functools import cache

import lucide
from markupsafe import Markup


@cache
def render(name: str, size: int = 16, label: str | None = None) -> Markup:
    """The icon as inline SVG: decoration unless a label gives it a name of its own.

    ``lucide.IconDoesNotExist`` for a name the set does not hold, so that a misspelt icon fails in a test.
    """
    naming = {"role": "img", "aria-label": label} if label else {"aria-hidden": "true"}
    drawn = lucide._render_icon(name, size, focusable="false", **{"class": "icon"}, **naming)
    return Markup(drawn)  # noqa: S704 - drawn from the package's own files; the label is escaped there
