"""The scoring page is drawn once for each look; nothing of one part, person or browser reaches another's page."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from qa.reviews import drawn_page, scoring_page
from qa.rubric_library.models import RubricVersion
from qa.sampling.models import Purpose
from tests.reviews.desk import Desk
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import Cast
from tests.support.client import CheckingClient

SignIn = Callable[..., CheckingClient]
HOSTILE = "<b>\"Payout\" & 'more'</b>"


def test_two_people_see_their_own_words_in_one_look(app: Flask, session: Session, cast: Cast, sign_in: SignIn) -> None:
    version = publish_rubric(session, cast)
    tasks = []
    for user, subject in ((cast.rita, "A payout that never came"), (cast.rob, HOSTILE)):
        handled = make_ticket(session, cast)
        handled.ticket.subject = subject
        tasks.append(make_assignment(session, handled, user, version))
    session.commit()
    drawn_page._stencil.cache_clear()

    rita, rob = sign_in(cast.rita), sign_in(cast.rob)
    first = rita.get(f"/queue/{tasks[0].id}").get_data(as_text=True)
    second = rob.get(f"/queue/{tasks[1].id}").get_data(as_text=True)

    assert drawn_page._stencil.cache_info().misses == 1
    drawn_page._stencil.cache_clear()
    assert rob.get(f"/queue/{tasks[1].id}").get_data(as_text=True) == second  # as a page that is drawn for Rob alone
    held = [re.findall(r'data-draft-owner="(\d+)" data-draft-key="([^"]+)"', page) for page in (first, second)]
    assert [int(owner) for ((owner, _),) in held] == [cast.rita.id, cast.rob.id]
    assert held[0][0][1] != held[1][0][1]
    assert cast.rita.name in first
    assert cast.rita.name not in second
    assert cast.rob.name in second
    assert "A payout that never came" not in second
    assert HOSTILE not in second
    assert "&lt;b&gt;&quot;Payout&quot; &amp;" in second
    assert f'data-url="/queue/{tasks[1].id}"' in second
    assert "\x00" not in first + second
    tokens = [re.search(r'data-csrf="([^"]+)"', page)[1] for page in (first, second)]  # type: ignore[index]
    assert tokens[0] != tokens[1]
    assert f'name="csrf_token" value="{tokens[1]}"' in second


def test_a_draft_and_a_notice_to_read_have_looks_of_their_own(
    app: Flask, session: Session, cast: Cast, sign_in: SignIn
) -> None:
    version = publish_rubric(session, cast)
    handled = make_ticket(session, cast)
    task = make_assignment(session, handled, cast.rita, version)
    session.commit()
    client = sign_in(cast.rita)
    path = f"/queue/{task.id}"
    fresh = client.get(path).get_data(as_text=True)
    save = {
        "save_id": "save-0001",
        "version": 0,
        "conversation_revision": handled.revision.id,
        "answers": [{"criterion": "tone", "level": "met"}],
    }
    assert client.post_json(f"{path}/answers", save).status_code == 200
    with client.session_transaction() as cookie:
        cookie["_flashes"] = [("good", "Something to read.")]

    told = client.get(path).get_data(as_text=True)
    after = client.get(path).get_data(as_text=True)

    assert "Nothing to save yet" in fresh
    assert "Draft kept" in told
    assert "Something to read." in told
    assert "Something to read." not in after
    assert "1 of 3" in after


def test_nothing_that_could_colour_the_judgement_is_on_the_scoring_page(
    desk: Desk, session: Session, cast: Cast
) -> None:
    version = session.get_one(RubricVersion, desk.task.rubric_version_id)
    desk.handled = make_ticket(
        session,
        cast,
        messages=(("customer", "Hello Sam, where is my payout?"), ("specialist", "Sam Sato here. It was sent in May.")),
    )
    desk.task = make_assignment(session, desk.handled, cast.rita, version)
    desk.handled.ticket.csat = "bad"
    former = make_assignment(session, desk.handled, cast.rob, version, purpose=Purpose.TARGETED)
    make_review(session, desk.handled, former, {"correct": "wrong"}, comments={"correct": "Rob thought it wrong."})

    pages = [desk.client.get(path).get_data(as_text=True) for path in (desk.path, "/queue")]

    for page in pages:
        for secret in (
            *cast.sam.name.split(),
            cast.sam.email,
            cast.sam_agent.external_id,
            "CSAT",
            "csat",
            "Rob thought",
        ):
            assert secret not in page
        for secret in ("targeted", "inclusion", "60.0", cast.rob.name):
            assert secret not in page
    assert "Hello •••, where is my payout?" in pages[0]
    assert "••• •••• here. It was sent in May." in pages[0]  # sign for sign: a passage stays where it is


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("Berg, Anna", "Anna Berg, nicht Bergmann", "•••• ••••, nicht Bergmann"),
        ("Max von der Heide", "Max von der Heide: der Betrag von gestern", "••• von der •••••: der Betrag von gestern"),
        ("anna berg", "ask anna or Anna", "ask •••• or Anna"),
        ("May Li", "in May, Li", "in May, Li"),
        ("", "nobody", "nobody"),
    ],
)
def test_a_name_is_covered_where_it_tells_whose_it_is(name: str, text: str, shown: str) -> None:
    assert scoring_page.without_name(text, name) == shown
