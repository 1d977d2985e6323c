"""The texts of a data region, looked for on every page and in every download that anybody may open."""

import io
import zipfile
from collections import defaultdict

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from qa.core.db import db
from qa.people.models import RegionClearance, User
from qa.reviews.models import Answer
from qa.tickets import searching
from qa.tickets.models import Ticket
from tests.routes.test_walk import Walker, addresses_in, finds, may, people, signed_in, world  # noqa: F401
from tests.routes.world import World
from tests.support.cast import SINCE
from tests.support.tickets import MESSAGES, RING

REGION = "eu"
SUBJECT, REASON, COMMENT, TAG = "Zebrafinch", "Wagtail", "Nightjar", "kingfisher"
WORDS = (SUBJECT, REASON, COMMENT, TAG, *(text[:24] for _, text in MESSAGES))
SEARCHES = (
    f"/search?q={SUBJECT.lower()}",
    f"/tickets/?q={SUBJECT.lower()}",
    "/tickets/?q=payout",
    "/tickets/tickets.csv",
    f"/tickets/tickets.csv?q={SUBJECT.lower()}",
    f"/tickets/?tag={TAG}",
)


def told(body: bytes) -> str:
    """What an answer says, however it is packed: workbooks are zips of XML, and zips of them are sent too."""
    if not body.startswith(b"PK\x03\x04"):
        return body.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        return "\n".join(told(packed.read(name)) for name in packed.namelist())


def put_into_the_region(app: Flask, session: Session) -> None:
    """Every ticket of the world, with words that stand nowhere else, found by the search."""
    session.execute(
        update(Ticket).values(
            data_region=REGION, subject=f"About a {SUBJECT}", csat_reason=f"The {REASON} was late", csat="bad",
            tags=[TAG], content_severity=0,
        )
    )  # fmt: skip
    session.execute(update(Answer).values(comment=f"As the {COMMENT} says"))
    searching.note_all(session)
    session.commit()
    with app.app_context():
        searching.index_pending(db.session(), RING)
        db.session.remove()


def said_to(app: Flask, session: Session, world: World, people: dict[str, User]) -> dict[str, set[str]]:  # noqa: F811
    """Where which of the words were said to anybody: ``endpoint or address -> word (person)``."""
    found: dict[str, set[str]] = defaultdict(set)
    tried = [(case, address) for case, method, address in addresses_in(app, world) if method == "GET"]
    for name, user in people.items():
        walker: Walker = signed_in(app, session, user, closely=False)
        mine = [(case.endpoint, address) for case, address in tried if may(app, case, name) and finds(case, name)]
        for where, address in [*mine, *((each, each) for each in SEARCHES)]:
            answer = walker.get(address)
            body = told(answer.get_data())
            answer.close()  # a download holds its file until then
            found[where] |= {f"{word} ({name})" for word in WORDS if word in body and word not in address}
    return {where: words for where, words in found.items() if words}


@pytest.mark.slow
def test_no_page_and_no_download_says_a_word_of_a_region_to_who_is_not_cleared(
    app: Flask,
    session: Session,
    world: World,  # noqa: F811
    people: dict[str, User],  # noqa: F811
) -> None:
    put_into_the_region(app, session)

    hidden = said_to(app, session, world, people)
    session.add_all(RegionClearance(user_id=each.id, region=REGION, valid_from=SINCE) for each in people.values())
    session.commit()
    shown = said_to(app, session, world, people)

    assert not hidden, "\n".join(f"{where}: {', '.join(sorted(words))}" for where, words in sorted(hidden.items()))
    # Else the search for the words would prove nothing: with the clearance the same pages do say them.
    assert {"tickets.show", "tickets.index", "reviews.show", *SEARCHES[:5]} <= shown.keys(), sorted(shown)
