"""Plans select on any field of a ticket: the help desk's own ones, tags, and whether a part was reviewed already."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.errors import InvalidInputError
from qa.people.queries import zone_of
from qa.sampling import fields, frames
from qa.sampling.attributes import key_fields, read_key
from qa.sampling.fields import custom_value
from qa.sampling.kinds import Rules
from qa.sampling.models import DrawnUnit, Purpose, SamplingPlanVersion
from qa.sampling.values import filter_values
from qa.tickets.models import HandledPart, Ticket
from tests.sampling.test_pages import PLAN, last_week
from tests.sampling.weeks import WEEK, draw_week, make_plan, problems
from tests.support.builders import make_assignment, make_ticket, publish_rubric
from tests.support.cast import NOW, Cast
from tests.support.client import CheckingClient

SignIn = Callable[..., CheckingClient]
NAMES = ("field:Refund type", "tag:a=b", "field:100% |of|=it")


def test_names_of_fields_come_back_from_a_cell_s_key_whatever_they_hold():
    extras: Mapping[str, str] = dict.fromkeys(NAMES, "x=y")

    key = "|".join(key_fields((7, "payouts", "gold", 0), extras))

    assert {name: read_key(key, "3")[name] for name in NAMES} == extras
    assert read_key(key, "3")["queue"] == "payouts"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        pytest.param(None, "none", id="not told"),
        pytest.param("", "none", id="empty"),
        pytest.param([], "none", id="no choice"),
        pytest.param(["b", "a"], "a, b", id="several choices in one order"),
        pytest.param(True, "yes", id="ticked"),
        pytest.param(3, "3", id="a number"),
        pytest.param("a|b", "a/b", id="the separator"),
    ],
)
def test_a_custom_field_s_value_has_one_name(value: object, name: str):
    assert custom_value(value) == name


def drawn_fields(session: Session) -> list[Any]:
    return list(
        session.scalars(
            select(Ticket.custom_fields)
            .join(HandledPart, HandledPart.ticket_id == Ticket.id)
            .join(DrawnUnit, DrawnUnit.part_id == HandledPart.id)
            .where(DrawnUnit.inclusion_probability == 1)
            .order_by(Ticket.id)
        )
    )


def test_a_plan_takes_every_part_with_a_value_of_a_custom_field(session: Session, cast: Cast):
    publish_rubric(session, cast)
    for value in ("chargeback", "goodwill", "goodwill", None, None, None):
        make_ticket(session, cast, custom_fields={"Refund = type": value})
    make_plan(session, cast, rules=Rules(kind="census", where={"field:Refund = type": ["chargeback", "goodwill"]}))

    draw_week(session, cast)

    assert [each["Refund = type"] for each in drawn_fields(session)] == ["chargeback", "goodwill", "goodwill"]
    assert problems(session, cast) == []


HELD = (None, "", [], ["b", "a"], True, False, 3, 0.1, 1 / 7, 1e-7, "3", "null", "a|b", 'a"b\\c', {"k": [1]}, "é")


@pytest.mark.parametrize("name", ["Refund type", 'half "open', "$.a.b", "a'b", "50% %s"])
def test_the_database_reads_every_value_of_a_field_as_it_was_taken_in(session: Session, cast: Cast, name: str):
    for value in HELD:
        make_ticket(session, cast, custom_fields={"other": 1, name: value}, tags=["x", name])
    make_ticket(session, cast, tags=["x"])
    week = frames.get_or_open_period(session, cast.programme.id, WEEK, zone_of(cast.setting))

    cells = frames.cells_resolved_in(session, week, [f"field:{name}", f"tag:{name}", "reviewed"])

    found = Counter((cell.attributes[f"field:{name}"], cell.attributes[f"tag:{name}"]) for cell in cells)
    assert found == Counter({(custom_value(value), "yes"): 1 for value in HELD} | {("none", "no"): 1})
    assert sum(cell.size for cell in cells) == len(HELD) + 1


def test_a_preview_reads_one_row_for_parts_that_differ_in_nothing_it_selects_on(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    for number in range(6):
        make_ticket(session, cast, custom_fields={"size": "big", "story": f"told {number}"}, tags=["vip", f"t{number}"])
    week = frames.get_or_open_period(session, cast.programme.id, WEEK, zone_of(cast.setting))
    read = []
    attributes_of = fields.attributes_of
    monkeypatch.setattr(fields, "attributes_of", lambda *row: read.append(row) or attributes_of(*row))

    (cell,) = frames.cells_resolved_in(session, week, ["field:size", "tag:vip"])

    assert (cell.size, len(read)) == (6, 1)


def test_a_plan_leaves_out_what_was_reviewed_already(session: Session, cast: Cast):
    version = publish_rubric(session, cast)
    parts = [make_ticket(session, cast).part for _ in range(4)]
    for _ in range(6):
        seen = make_ticket(session, cast)
        make_assignment(session, seen, cast.rita, version, purpose=Purpose.TARGETED).state = "submitted"
    session.flush()
    make_plan(session, cast, rules=Rules(kind="census", where={"reviewed": ["no"]}))

    draw_week(session, cast)

    certain = session.scalars(select(DrawnUnit.part_id).where(DrawnUnit.inclusion_probability == 1)).all()
    assert sorted(certain) == sorted(part.id for part in parts)


def test_free_text_and_measurements_are_not_offered(session: Session, cast: Cast):
    for number in range(45):
        held = {"story": "x" * 61, "score": number / 7, "region": f"R{number % 3}", "never": None}
        make_ticket(session, cast, custom_fields=held)

    offered = filter_values(session, cast.programme.id, now=NOW)

    assert [name for name in offered if name.startswith("field:")] == ["field:region"]
    assert offered["field:region"] == [("R0", "R0"), ("R1", "R1"), ("R2", "R2")]


def test_a_field_nobody_knows_is_refused(session: Session, cast: Cast):
    with pytest.raises(InvalidInputError, match="no field"):
        make_plan(session, cast, rules=Rules(kind="census", where={"mood": ["good"]}))


def test_a_hostile_field_name_is_ticked_and_kept_in_the_form(session: Session, cast: Cast, sign_in: SignIn):
    _, moment = last_week()
    name = '<script>alert("x")</script> & 100% | = "'
    for value in ("on", "<b>off</b>"):
        make_ticket(session, cast, resolved_at=moment, custom_fields={name: value})
    client = sign_in(cast.quinn)
    page = client.get("/sampling/plans/new").get_data(as_text=True)
    (box,) = {piece.split('"')[0] for piece in page.split('name="')[1:] if piece.startswith("where_field")}

    client.post_form("/sampling/plans/new", {**PLAN, box: ["<b>off</b>"]})

    kept = session.scalars(select(SamplingPlanVersion)).one()
    assert kept.filter == {f"field:{name}": ["<b>off</b>"]}
    again = client.get(f"/sampling/plans/{kept.plan_id}").get_data(as_text=True)
    assert "<script>alert" not in page + again
    assert "1 ticked" in again
