"""What every template can call: numbers and times as people read them, icons, filtered addresses."""

import datetime as dt
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Flask, request
from jinja2 import StrictUndefined
from werkzeug.datastructures import MultiDict
from werkzeug.urls import iri_to_uri

from qa.core import icons
from qa.core.numerals import NOTHING, number, score_text


def init_pages(app: Flask) -> None:
    """Give the templates their filters and functions; an undefined name raises."""
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.globals.update(icon_svg=icons.render, url_with=url_with)
    environment.filters.update(number=number, score_text=score_text, day=day, moment=moment, initials=initials)


def day(value: dt.date | dt.datetime | None, zone: ZoneInfo | None = None) -> str:
    """A calendar day such as 9 Nov 2026, in the given zone where the value has a time."""
    if value is None:
        return NOTHING
    local = value.astimezone(zone or dt.UTC) if isinstance(value, dt.datetime) else value
    return f"{local.day} {local:%b %Y}"


def moment(value: dt.datetime | None, zone: ZoneInfo | None = None) -> str:
    """A day and time such as 9 Nov 2026, 14:06, with its zone where none was asked for."""
    if value is None:
        return NOTHING
    local = value.astimezone(zone or dt.UTC)
    return f"{day(value, zone)}, {local:%H:%M}" + ("" if zone else " UTC")


def initials(name: str) -> str:
    """Up to two letters that stand for a person's name."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


def url_with(**changes: object) -> str:
    """The present address with some filters changed; ``None`` takes one away, and page goes unless named."""
    arguments: MultiDict[str, str] = MultiDict(request.args)
    changes.setdefault("page", None)
    for key, value in changes.items():
        if value is None:
            arguments.poplist(key)
        else:
            arguments[key] = str(value)
    query = urlencode(list(arguments.items(multi=True)))
    return iri_to_uri(request.path) + ("?" + query if query else "")
