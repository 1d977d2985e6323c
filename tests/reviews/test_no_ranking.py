"""Nowhere are reviewers ordered by how much they did: every list of people is read by everybody who may see it."""

import re
from collections.abc import Callable, Iterator, Mapping

import pytest
from flask import Flask, url_for
from sqlalchemy.orm import Session

from qa.core.access import AUTHORITY, Permission, Role, declared
from tests.routes.table import CASES
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import Cast, person
from tests.support.client import CheckingClient

# By name: Aaron, Rita, Rob, Xena. By volume: Xena, Rita, Aaron, Rob, or the other way round.
VOLUMES = {"Aaron Abel": 2, "Rita Ramos": 3, "Rob Rees": 1, "Xena Xu": 5}
ROLES = {"quinn": Role.QA_LEAD, "dora": Role.DIRECTOR, "lena": Role.TEAM_LEAD, "ada": Role.ADMIN, "rita": Role.REVIEWER}


def lists_of(page: str) -> Iterator[list[str]]:
    """The rows of every table and list of a page."""
    for body in re.findall(r"<(?:tbody|ul|ol|dl|select)\b.*?</(?:tbody|ul|ol|dl|select)>", page, flags=re.DOTALL):
        yield re.split(r"<(?:tr|li|dt|option)\b", body)


def ranked(page: str, called: Mapping[str, int]) -> list[list[str]]:
    """The lists in which at least three reviewers stand in the order of their volumes."""
    found = []
    for rows in lists_of(page):
        names = [name for row in rows for name in called if name in row]
        order = [called[name] for name in dict.fromkeys(names)]
        if len(order) >= 3 and order in (sorted(order), sorted(order, reverse=True)):
            found.append(names)
    return found


def test_the_check_sees_a_ranking():
    rows = "".join(f"<tr><th>{name}</th></tr>" for name in ("Xena Xu", "Rita Ramos", "Aaron Abel", "Rob Rees"))
    by_name = "".join(f"<tr><th>{name}</th></tr>" for name in VOLUMES)

    assert ranked(f"<table><tbody>{rows}</tbody></table>", VOLUMES)
    assert not ranked(f"<table><tbody>{by_name}</tbody></table>", VOLUMES)


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_page_orders_reviewers_by_how_much_they_did(
    app: Flask, session: Session, cast: Cast, sign_in: Callable[..., CheckingClient]
):
    version = publish_rubric(session, cast)
    everybody = {"Rita Ramos": cast.rita, "Rob Rees": cast.rob}
    for name in ("Aaron Abel", "Xena Xu"):
        everybody[name] = person(session, cast.programme, name, Role.REVIEWER)
    everybody["Xena Xu"].pseudonym, everybody["Aaron Abel"].pseudonym = "Wren", "Yellowhammer"
    for name, volume in VOLUMES.items():
        for _ in range(volume):
            handled = make_ticket(session, cast)
            make_review(session, handled, make_assignment(session, handled, everybody[name], version))
    session.commit()
    by_pseudonym = {everybody[name].pseudonym: volume for name, volume in VOLUMES.items()}
    read, listed = 0, set()

    for who, role in ROLES.items():
        client = sign_in(getattr(cast, who))
        for case in CASES:
            permission = declared(app, case.endpoint)
            rule = next(app.url_map.iter_rules(case.endpoint))
            if "GET" not in (rule.methods or ()) or rule.arguments or not isinstance(permission, Permission):
                continue
            if role not in AUTHORITY[permission]:
                continue
            with app.test_request_context():
                address = url_for(case.endpoint, **case.query)
            response = client.get(address)
            if response.mimetype != "text/html":
                continue
            pages = [(address, response.get_data(as_text=True))]
            pages += [
                (link, client.get(f"{address}?sort={link}").get_data(as_text=True))
                for link in dict.fromkeys(re.findall(r'\?(?:[^"]*&amp;)?sort=([-\w]+)', pages[0][1]))
            ]
            for told, page in pages:
                read += 1
                listed |= {address for rows in lists_of(page) if sum("Xena Xu" in row for row in rows)}
                assert not ranked(page, VOLUMES), f"{told}, as {who} reads it"
                assert not ranked(page, by_pseudonym), f"{told}, as {who} reads it"

    assert read > 100
    assert listed >= {"/sampling/reviewers", "/people/"}  # else this would look at nothing
