"""What every template can call: numbers and times as people read them, icons, filtered addresses."""

import datetime as dt
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import lru_cache
from html import escape
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Flask, request
from jinja2 import StrictUndefined
from markupsafe import Markup
from werkzeug.urls import iri_to_uri

from qa.core import icons
from qa.core.numerals import NOTHING, number, score_text

HOLE = "\x00"  # no text holds one: neither database would take it
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MOST_PIECES = 512  # pieces of pages that are the same from request to request


def init_pages(app: Flask) -> None:
    """Give the templates their filters and functions; an undefined name raises."""
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.globals.update(
        icon_svg=icons.render, url_with=url_with, drawn_once=DrawnOnce(reloads=environment.auto_reload)
    )
    environment.filters.update(number=number, score_text=score_text, day=day, moment=moment, initials=initials)


class DrawnOnce:
    """``{% call drawn_once("name", ...) %}``: a piece of a page that is drawn once and then only copied.

    The arguments are all that the piece depends on beside the address the application is mounted at. Nothing of a
    person, a ticket or a form's token belongs in one.
    """

    def __init__(self, *, reloads: bool) -> None:
        self._reloads = reloads  # a template that is being written is drawn each time
        self._pieces: OrderedDict[tuple[Hashable, ...], Markup] = OrderedDict()

    def __call__(self, *key: Hashable, caller: Callable[[], Markup]) -> Markup:
        if self._reloads:
            return caller()
        whole = (request.script_root, *key)
        piece = self._pieces.get(whole)
        if piece is None:
            piece = self._pieces[whole] = caller()
            if len(self._pieces) > MOST_PIECES:
                self._pieces.popitem(last=False)
        return piece


class Stencil:
    """A piece of a page that is drawn once with holes in it; filling them joins strings and escapes what is filled in.

    ``draw`` gets the holes by name and draws the piece; a hole may stand wherever its value may be written as text.
    A value that is markup already is filled in as it is.
    """

    def __init__(self, names: Sequence[str], draw: Callable[[Mapping[str, Markup]], str]) -> None:
        holes = {name: Markup(f"{HOLE}{name}{HOLE}") for name in names}  # noqa: S704 - marks of our own
        # Every second piece is the name of a hole.
        self._pieces = draw(holes).split(HOLE)
        self._encoded = [piece.encode() for piece in self._pieces]
        self._pattern = "%s".join(piece.replace("%", "%%") for piece in self._pieces[::2])
        self._places = [list(names).index(name) for name in self._pieces[1::2]]

    def poured(self, values: Sequence[str]) -> str:
        """The same with values that are ``escaped`` already, in the order of the names."""
        return self._pattern % tuple(map(values.__getitem__, self._places))

    def filled(self, **values: str) -> str:
        # The standard library's escape: strings in, strings out.
        written = {name: value if isinstance(value, Markup) else escape(value) for name, value in values.items()}
        pieces = list(self._pieces)
        pieces[1::2] = map(written.__getitem__, pieces[1::2])
        return "".join(pieces)

    def encoded(self, **values: str | bytes) -> bytes:
        """The same in UTF-8, as it is sent: what stays is encoded once. Bytes are markup that is encoded already."""
        plain = [name for name, value in values.items() if isinstance(value, str) and not isinstance(value, Markup)]
        whole = {**values, **dict(zip(plain, escaped([str(values[name]) for name in plain]), strict=True))}
        pieces = list(self._encoded)
        for place in range(1, len(pieces), 2):
            value = whole[self._pieces[place]]
            pieces[place] = value.encode() if isinstance(value, str) else value
        return b"".join(pieces)


def escaped(texts: Sequence[str]) -> list[str]:
    """Each text as a page can hold it: all in one go, as short ones cost little more than the call."""
    written = escape(HOLE.join(texts)).split(HOLE)
    return written if len(written) == len(texts) else [escape(text) for text in texts]  # one holds the mark itself


def day(value: dt.date | dt.datetime | None, zone: ZoneInfo | None = None) -> str:
    """A calendar day such as 9 Nov 2026, in the given zone where the value has a time."""
    if value is None:
        return NOTHING
    local = value.astimezone(zone or dt.UTC) if isinstance(value, dt.datetime) else value
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}"


def moment(value: dt.datetime | None, zone: ZoneInfo | None = None) -> str:
    """A day and time such as 9 Nov 2026, 14:06, with its zone where none was asked for."""
    if value is None:
        return NOTHING
    local = value.astimezone(zone or dt.UTC)
    told = f"{local.day} {MONTHS[local.month - 1]} {local.year}, {local.hour:02}:{local.minute:02}"
    return told if zone else f"{told} UTC"


@lru_cache(maxsize=1024)
def initials(name: str) -> str:
    """Up to two letters that stand for a person's name."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


def url_with(**changes: object) -> str:
    """The present address with some filters changed; ``None`` takes one away, and page goes unless named."""
    changes.setdefault("page", None)
    pairs, written = [], set()
    for key, value in request.args.items(multi=True):
        if key not in changes:
            pairs.append((key, value))
        elif changes[key] is not None and key not in written:
            pairs.append((key, str(changes[key])))
            written.add(key)
    pairs += [(key, str(value)) for key, value in changes.items() if value is not None and key not in written]
    query = urlencode(pairs)
    return iri_to_uri(request.path) + ("?" + query if query else "")
