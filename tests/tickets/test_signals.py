"""Signals by stated rules, one table a rule; and that they are kept, replaced and refreshed with their tickets."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.tickets import signal_storing, signals
from qa.tickets.intake.base import AgentRecord, MessageRecord, Role
from qa.tickets.models import HandledPart, Ticket, TicketSignal
from qa.tickets.signals import Facts, Rules, Spoken
from tests.support.builders import RING, make_ticket
from tests.support.cast import Cast
from tests.tickets.records import TICKET_HEADER, flat_folder

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
RULES = Rules()
FACTS = Facts(first_reply_seconds=None, resolution_seconds=None, reopens=0, escalated=False, csat=None)


def said(*lines: tuple[str, str], agent: str = "sam") -> Spoken:
    """Lines as (role, text); a role after a slash names another agent."""
    messages = []
    for number, (who, text) in enumerate(lines):
        role, _, other = who.partition("/")
        author = None if role == "customer" else AgentRecord(external_id=other or agent, name="A")
        messages.append(MessageRecord(str(number), cast(Role, role), role != "internal", NOON, text, author))
    spoken = signal_storing.spoken_in(messages)
    assert spoken is not None
    return spoken


def text_signal(name: str, spoken: Spoken, language: str = "en", **more: Any) -> float | None:
    return signals.from_text(spoken, "sam", language, RULES, **more)[name]


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        pytest.param("first_reply_time", {"first_reply_seconds": 8 * 3600}, 0, id="first reply at the target"),
        pytest.param("first_reply_time", {"first_reply_seconds": 16 * 3600}, 1, id="at twice the target"),
        pytest.param("first_reply_time", {"first_reply_seconds": 0}, -6, id="at once"),
        pytest.param("first_reply_time", {"first_reply_seconds": None}, None, id="no reply known"),
        pytest.param(
            "resolution_time", {"resolution_seconds": 12 * 3600}, -2, id="resolved in a quarter of the target"
        ),
        pytest.param("resolution_time", {"resolution_seconds": 10**9}, 6, id="after years"),
        pytest.param("reopens", {"reopens": 2}, 2, id="reopened twice"),
        pytest.param("reopens", {"reopens": 90}, 5, id="reopened without end"),
        pytest.param("escalated", {"escalated": True}, 1, id="escalated"),
        pytest.param("csat_bad", {"csat": "bad"}, 1, id="bad"),
        pytest.param("csat_good", {"csat": "bad"}, 0, id="bad is not good"),
        pytest.param("csat_bad", {"csat": None}, 0, id="not answered"),
    ],
)
def test_a_fact_becomes_a_signal(name: str, change: dict[str, Any], expected: float | None) -> None:
    assert signals.from_facts(FACTS._replace(**change), RULES)[name] == expected


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        pytest.param("Hello, I looked at it.", "en", 1, id="greeted"),
        pytest.param("Thisisnot a greeting: Shi.", "en", 0, id="a part of a word is none"),
        pytest.param("I looked at it." + " x" * 60 + " hello", "en", 0, id="too late"),
        pytest.param("Guten Tag, ich habe nachgesehen.", "de", 1, id="in German"),
        pytest.param("Guten Tag, ich habe nachgesehen.", "en-GB", 0, id="in another language than the ticket"),
        pytest.param("Bonjour, j'ai regardé.", "", 1, id="language unknown"),
        pytest.param("Olá, verifiquei.", "pt-BR", 1, id="with a region"),
    ],
)
def test_a_greeting_opens_the_first_reply(text: str, language: str, expected: float) -> None:
    assert text_signal("greeting", said(("customer", "Hi"), ("specialist", text)), language) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("It is sent. Best wishes, S.", 1, id="closed"),
        pytest.param("It is sent.", 0, id="not closed"),
        pytest.param("Best wishes!" + " and then a lot more words" * 20, 0, id="too early"),
    ],
)
def test_a_closing_ends_the_last_reply(text: str, expected: float) -> None:
    lines = said(("specialist", "Hello, best wishes"), ("customer", "And?"), ("specialist", text))

    assert text_signal("closing", lines) == expected


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        pytest.param(["Where is my payout of March?", "Where is my payout of March?"], 1, id="asked twice"),
        pytest.param(["Where is my payout of March?", "So WHERE is my payout of March"], 1, id="nearly the same"),
        pytest.param(["Where is my payout of March?", "It arrived, thank you so much!"], 0, id="something else"),
        pytest.param(["Any news?", "Any news?"], 0, id="too short to tell"),
        pytest.param(["One two three four five"] * 9, 5, id="at most five"),
    ],
)
def test_a_customer_asks_again(messages: list[str], expected: float) -> None:
    assert text_signal("repeated_question", said(*(("customer", text) for text in messages))) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param([("specialist", "You should have read it.")], 1, id="one phrase"),
        pytest.param([("specialist", "You should have read it. Calm down!")], 2, id="two phrases"),
        pytest.param([("specialist/rob", "Calm down!"), ("specialist", "Hello")], 0, id="somebody else's"),
        pytest.param([("customer", "Calm down!"), ("specialist", "Hello")], 0, id="the customer's"),
        pytest.param([("internal", "Calm down!"), ("specialist", "Hello")], 0, id="an internal note's"),
    ],
)
def test_prohibited_phrases_of_the_agent_are_counted(lines: list[tuple[str, str]], expected: float) -> None:
    assert text_signal("prohibited_phrase", said(*lines)) == expected


def test_others_who_replied_are_hand_offs() -> None:
    lines = said(("specialist/bot", "Hi"), ("specialist/ann", "Hi"), ("specialist/ann", "Hi"), ("specialist", "Hi"))

    assert text_signal("hand_offs", lines) == 2


def test_an_agent_who_said_nothing_has_no_signal_of_words() -> None:
    found = signals.from_text(said(("customer", "Hello there")), "sam", "en", RULES)

    assert {name for name, value in found.items() if value is None} == {
        "greeting",
        "closing",
        "template_share",
        "prohibited_phrase",
    }


def test_templates_are_sentences_that_stand_word_by_word_in_three_tickets_of_a_batch() -> None:
    macro = "Please open the settings page and choose payout method."
    own = said(("specialist", f"{macro} I have changed the date of your contract today."))
    batch = [own, said(("specialist", macro.upper())), said(("specialist", macro))]
    batch += [said(("specialist", f"Number {n} is a sentence of its own altogether.")) for n in range(20)]

    repeated = signals.repeated_sentences(batch)

    assert text_signal("template_share", own, repeated=repeated) == 0.5
    assert text_signal("template_share", batch[-1], repeated=repeated) == 0
    assert signals.repeated_sentences(batch[:19]) is None
    assert text_signal("template_share", own, repeated=None) is None


@given(st.text("aB1_ ,\t.!?\n'\x00-"))
def test_the_sentences_of_a_text_in_ascii_are_those_of_any_text(text: str) -> None:
    assert signals.sentences_of(text) == signals.sentences_of(text + "\n\u00e9")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("As I said, it is done.", 1, id="a phrase"),
        pytest.param("Calm down: it's OBVIOUSLY not my problem", 3, id="three"),
        pytest.param("calmez-vous, s'il vous plaît", 1, id="not in ASCII"),
        pytest.param("_obviously_ so", 1, id="marked up"),
        pytest.param("What he said: an obvious problem", 0, id="words of phrases alone"),
    ],
)
def test_prohibited_phrases_are_found_as_whole_words(text: str, expected: float) -> None:
    assert text_signal("prohibited_phrase", said(("specialist", text))) == expected


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        pytest.param("signal_auto_score", "82,9", {"auto_score": 82.9}, id="a column of a file"),
        pytest.param("Signal Auto-Score", 82.9, {"auto_score": 82.9}, id="a field of a help desk"),
        pytest.param("signal_critical", "2.5 %", {"critical": 2.5}, id="a percentage"),
        pytest.param("signal_ok", True, {"ok": 1.0}, id="yes"),
        pytest.param("signal_x", "n/a", {}, id="no number"),
        pytest.param("signal_x", float("nan"), {}, id="not a number"),
        pytest.param("signal_x", "inf", {}, id="not finite"),
        pytest.param("signal_x", None, {}, id="nothing"),
        pytest.param("signal_", 1, {}, id="no name"),
        pytest.param("score", 1, {}, id="not a signal"),
    ],
)
def test_a_mapped_number(field: str, value: object, expected: dict[str, float]) -> None:
    assert signals.mapped({field: value}) == expected


@given(st.lists(st.tuples(st.sampled_from(["customer", "specialist", "specialist/x", "internal"]), st.text())))
def test_whatever_is_said_every_signal_is_a_small_number_or_nothing(lines: list[tuple[str, str]]) -> None:
    conversation = said(*lines)

    found = signals.from_text(conversation, "sam", "en", RULES, signals.repeated_sentences([conversation] * 20))

    assert all(value is None or 0 <= value <= 5 for value in found.values())


def test_other_rules_have_another_version() -> None:
    assert Rules().version == RULES.version
    assert Rules(first_reply_target=3600).version != RULES.version


def kept(session: Session, part: HandledPart) -> dict[str, float]:
    rows = session.execute(
        select(TicketSignal.name, TicketSignal.value).where(TicketSignal.part_id == part.id).order_by(TicketSignal.name)
    )
    return {name: value for name, value in rows}  # noqa: C416 - a dict of rows is no dict for mypy


def test_a_refresh_keeps_what_an_intake_keeps_and_the_same_again_changes_nothing(
    session: Session, cast: Cast, flask_command: Callable[..., Result]
) -> None:
    handled = make_ticket(session, cast, reopens=1, csat="bad", custom_fields={"signal_auto_score": 71})
    part = handled.part

    first = flask_command("signals", "refresh")
    values = kept(session, part)
    again = flask_command("signals", "refresh", "--json")

    assert first.exit_code == again.exit_code == 0, first.output
    assert values["auto_score"] == 71
    assert (values["reopens"], values["csat_bad"]) == (1, 1)
    assert (values["greeting"], values["closing"]) == (1, 1)  # "Thank you for writing" ... "Have a good day."
    assert "first_reply_time" not in values  # not known of this ticket
    assert kept(session, part) == values


def test_facts_that_change_replace_their_signals_and_leave_those_of_the_text(session: Session, cast: Cast) -> None:
    handled = make_ticket(session, cast, csat="bad")
    session.commit()
    signal_storing.refresh(session, cast.programme.id, RING)
    ticket = session.get_one(Ticket, handled.ticket.id)

    signal_storing.write(
        session,
        [
            signal_storing.Known(
                ticket_id=ticket.id, language="en", facts=FACTS._replace(csat="good"), mapped={}, spoken=None
            )
        ],
    )

    values = kept(session, handled.part)
    assert (values["csat_bad"], values["csat_good"], values["greeting"]) == (0, 1, 1)


def test_a_ticket_without_parts_has_no_signals(session: Session, cast: Cast) -> None:
    assert signal_storing.write(session, []) == 0


def test_an_intake_keeps_a_mapped_column_and_what_the_rules_say(
    session: Session, cast: Cast, flask_command: Callable[..., Result], tmp_path: Path
) -> None:
    folder = flat_folder(tmp_path / "flat", {"Signal Auto Score": "82.5"}, header=(*TICKET_HEADER, "Signal Auto Score"))

    result = flask_command("intake", "csv", str(folder), "--json")
    again = flask_command("intake", "csv", str(folder), "--json")

    assert result.exit_code == 0, result.output
    assert json.loads(again.stdout)["tickets"]["unchanged"] == 1
    values = kept(session, session.scalars(select(HandledPart)).one())
    assert values["auto_score"] == 82.5
    assert {"reopens", "csat_bad", "greeting", "hand_offs", "repeated_question"} <= values.keys()
