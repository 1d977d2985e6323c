"""The scoring page as it is sent: drawn once for all pages of its look, with holes for what differs between them.

Everybody who scores opens it all day, and most of it is the same every time: the frame, the tools, the dialogs. What
decides its look is in ``Look``; every word of a person, a ticket or a browser goes into a hole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import current_app, render_template
from flask import session as cookie

from qa.core import pages
from qa.core.access import Role
from qa.sampling import handing_over, striking

NAMES = (
    *("external_id", "subject", "facts", "position", "waiting", "note", "answered", "total"),
    *("url", "strike_url", "state", "conversation", "form", "csrf"),
    *("viewer_name", "viewer_initials", "draft_owner", "draft_key"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a scoring page's look depends on; pages of one look differ in words alone."""

    roles: frozenset[Role]
    mounted_at: str
    purpose: str
    content_severity: int
    strike_state: str | None
    begun: bool
    blurred: bool


def drawn(look: Look, words: Mapping[str, str], *, just_sent: object = None, live: str | None = None) -> str | bytes:
    """The page with its words; one that says more than others of its look is drawn for itself."""
    if just_sent is not None or live is not None or cookie.get("_flashes"):
        return _render(look, words, just_sent=just_sent, live=live)
    stencil = _stencil.__wrapped__ if current_app.jinja_env.auto_reload else _stencil
    sent: dict[str, str | bytes] = {**words, "form": _encoded(words["form"])}
    return stencil(look).encoded(**sent)


@lru_cache(maxsize=256)
def _encoded(form: str) -> bytes:
    """A version's empty form as it is sent: the longest piece of the page, and always the same."""
    return form.encode()


@lru_cache(maxsize=512)
def _stencil(look: Look) -> pages.Stencil:
    return pages.Stencil(NAMES, lambda holes: _render(look, holes, just_sent=None, live=None))


def _render(look: Look, words: Mapping[str, Any], **more: object) -> str:
    return render_template(
        "reviews/score.html",
        look=look,
        words=words,
        csrf_token=lambda: words["csrf"],
        viewer_name=words["viewer_name"],
        viewer_initials=words["viewer_initials"],
        draft_owner=words["draft_owner"],
        draft_key=words["draft_key"],
        reasons=handing_over.REASONS,
        strike_reasons=striking.REASONS,
        **more,
    )
