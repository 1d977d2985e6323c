"""Hostile input at every door: what nobody would type, in every field and address; scripts in every stored text."""

import random
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import String, Text, update
from sqlalchemy.orm import Session

from qa.config import PROJECT
from qa.core.orm import Base
from qa.people.models import User
from tests.routes.table import LAST
from tests.routes.test_walk import ROLES, Addresses, Walker, addresses, finds, may, people, signed_in, world

__all__ = ["addresses", "people", "world"]  # fixtures

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"
VALUES = (
    SCRIPT,
    "\"' onmouseover=alert(1) x='",
    "javascript:alert(1)",
    "{{7*7}}{% raise %}${7*7}",
    "' OR 1=1; DROP TABLE person; --",
    "../../../../etc/passwd\x00.csv",
    "\x00",
    "\r\nSet-Cookie: a=b",
    "9" * 400,
    "-1",
    "0",
    "1e309",
    "NaN",
    "٣",
    "²",
    "2026-02-30",
    "9999-12-31",
    "0001-01-01",
    "2026-W99",
    "null",
    "[[[[",
    "[" * 20_000,
    '{"__proto__": {"a": 1}}',
    "=cmd|' /C calc'!A0",
    "%s%n%x{0}",
    "\u202e\ufeff\u0000\ud7ff\U0001f642",
    "a" * 100_000,
    " " * 500,
    "",
)
NAMES = re.compile(
    r"""(?:args|form|files|values|typed|given)(?:\.get|\.getlist|\.words|\.day|\.number|\.choice)?[(\[]\s*["']([\w-]+)["']"""
    r"""|^\s+(\w+) = \w*Field\(""",
    re.MULTILINE,
)
EACH_TIMES = 2
on_one_engine = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def names_of_fields() -> list[str]:
    """Every name under which a view or a form of the product reads what was sent."""
    found = {
        name
        for path in (PROJECT / "qa").rglob("*.py")
        for match in NAMES.finditer(path.read_text(encoding="utf-8"))
        for name in match.groups()
        if name
    }
    return sorted(found - {"csrf_token"})


def test_the_names_of_the_fields_are_found():
    assert {"q", "email", "reason", "page", "before", "review_days", "customer", "next"} <= set(names_of_fields())


def sent_by(dice: random.Random, names: list[str], form: Mapping[str, Any]) -> dict[str, str]:
    """A form as it should be, with some of its fields and some others filled by somebody who means harm."""
    chosen = dice.sample(names, 12) + dice.sample(sorted(form), min(len(form), dice.randint(0, 2)))
    return {**{name: str(value) for name, value in form.items()}, **{name: dice.choice(VALUES) for name in chosen}}


@pytest.mark.slow
def test_nothing_that_is_sent_breaks_a_view_or_comes_back_as_markup(
    app: Flask, session: Session, people: dict[str, User], addresses: Addresses
):
    seed = random.randrange(10**9)
    dice, names, wrong = random.Random(seed), names_of_fields(), []
    walkers: dict[str, Walker] = {}
    for case, method, address in addresses:
        name = next((each for each in ROLES if may(app, case, each) and finds(case, each)), None)
        if name is None:
            continue
        for _ in range(EACH_TIMES):
            if name not in walkers or case.endpoint in LAST or method != "GET":
                walkers[name] = signed_in(app, session, people[name], closely=True)
            sent, bare = sent_by(dice, names, case.form), address.partition("?")[0]
            try:
                response = ask(walkers[name], method, bare, sent, dice)
            except AssertionError as error:
                wrong.append(f"{method} {bare} {shown(sent)}: {str(error)[:300]}")
                continue
            body = response.get_data()
            response.close()
            if response.status_code >= 500 or (SCRIPT.encode() in body and "html" in response.mimetype):
                wrong.append(f"{method} {bare} answers {response.status_code} to {shown(sent)}")
    assert not wrong, f"seed {seed}\n" + "\n".join(wrong[:20])


def ask(walker: Walker, method: str, address: str, sent: dict[str, str], dice: random.Random) -> Any:
    """One request with this in its address, in its form, or in its JSON."""
    if method == "GET":
        short = {name: value for name, value in sent.items() if len(value) < 5_000}
        return walker.open(address, method=method, query_string=short)
    headers = {"X-CSRFToken": walker.token()}
    if dice.random() < 0.3:
        return walker.open(address, method=method, headers=headers | {"Accept": "application/json"}, json=sent)
    return walker.open(address, method=method, headers=headers, data=sent)


def shown(sent: dict[str, str]) -> str:
    return ", ".join(f"{name}={value[:24]!r}" for name, value in sent.items())


FREE = {
    "name", "title", "subject", "note", "reason", "comment", "text", "body", "words", "label", "description",
    "question", "answer", "queue", "channel", "language", "pseudonym", "lead", "summary", "topic", "cause",
    "internal_comment", "shared_comment", "user_agent", "external_id", "customer_word", "effect", "plan", "fix",
    "agenda", "decision",
}  # fmt: skip


def text_columns() -> Iterator[tuple[Any, Any]]:
    """Every column of every table that holds words which somebody typed, or a help desk sent."""
    for table in Base.metadata.sorted_tables:
        checks = " ".join(str(getattr(each, "sqltext", "")) for each in table.constraints)
        for column in table.columns:
            listed = re.search(rf"\b{column.name} IN \(", checks)
            if isinstance(column.type, (String, Text)) and column.name in FREE and not listed:
                yield table, column


@pytest.mark.slow
@pytest.mark.parametrize("name", list(ROLES))
@on_one_engine  # how a page escapes what it was given does not depend on where that lay
def test_scripts_in_every_stored_text_are_words_on_every_page(
    app: Flask, session: Session, people: dict[str, User], addresses: Addresses, name: str
):
    columns = list(text_columns())
    for table, column in columns:
        unique = any(
            column.name in each.columns for each in table.constraints if type(each).__name__ == "UniqueConstraint"
        )
        marked = SCRIPT + column if unique else SCRIPT
        session.execute(update(table).where(column.is_not(None)).values({column.name: marked}))
    session.commit()
    walker, wrong = signed_in(app, session, people[name], closely=True), []
    for case, method, address in addresses:
        if method != "GET" or not may(app, case, name) or not finds(case, name):
            continue
        try:
            response = walker.open(address, method=method)
        except AssertionError as error:
            wrong.append(f"{address}: {str(error)[:300]}")
            continue
        body = response.get_data()
        response.close()
        if response.status_code >= 500 or (b"<img src=x" in body and "html" in response.mimetype):
            wrong.append(f"{address} answers {response.status_code}")
    assert len(columns) > 30
    assert not wrong, "\n".join(wrong[:20])
