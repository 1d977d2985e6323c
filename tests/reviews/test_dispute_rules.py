"""Decisions about disputes: the window, who may settle, the figures, the marked passages; by hand and by table."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rubrics
from qa.core.errors import InvalidInputError
from qa.reviews.disputes import figures, rules
from qa.reviews.disputes.rules import Choice
from qa.reviews.review_page import stretches

BERLIN = ZoneInfo("Europe/Berlin")
FREE = {"by": 1, "reviewer_id": 2, "specialist_id": 3, "first_settled_by": None, "second_instance": False}
PLAIN = FREE | {"leads_specialist": False, "own_specialist_ban": False, "is_qa_lead": False}


def test_the_window_ends_with_its_last_day_where_the_programme_lives():
    # Released on 20 October at 23:30 in Berlin; two days later summer time is over only on the 25th.
    released = dt.datetime(2026, 10, 20, 21, 30, tzinfo=dt.UTC)

    assert rules.window_ends(released, 2, BERLIN) == dt.datetime(2026, 10, 22, 22, 0, tzinfo=dt.UTC)
    # Over the change of the clocks: midnight of the 26th is an hour later in UTC.
    assert rules.window_ends(released, 5, BERLIN) == dt.datetime(2026, 10, 25, 23, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("changed", "free"),
    [
        pytest.param({}, True, id="a lead"),
        pytest.param({"reviewer_id": 1}, False, id="who scored it"),
        pytest.param({"specialist_id": 1}, False, id="whose work it is"),
        pytest.param({"leads_specialist": True}, True, id="the own lead, allowed"),
        pytest.param({"leads_specialist": True, "own_specialist_ban": True}, False, id="the own lead, forbidden"),
        pytest.param(
            {"leads_specialist": True, "own_specialist_ban": True, "is_qa_lead": True}, False, id="also with the hat"
        ),
        pytest.param({"second_instance": True}, False, id="second instance, no QA lead"),
        pytest.param({"second_instance": True, "is_qa_lead": True}, True, id="second instance, QA lead"),
        pytest.param({"second_instance": True, "is_qa_lead": True, "first_settled_by": 1}, False, id="decided already"),
    ],
)
def test_who_may_settle(changed: dict[str, Any], free: bool):
    assert (rules.barrier(**(PLAIN | changed)) is None) is free


def criterion(scale: str) -> rubrics.Criterion:
    return rubrics.load_yaml(
        f"""
format: 1
key: one
name: One
version: "1.0"
pass_mark: 80
sections:
  - key: only
    name: Only
    weight: 1
    criteria:
      - key: share
        name: Share
        question: How much?
        weight: 1
        scale: {scale}
"""
    ).criteria[0]


def test_a_percentage_is_read_exactly_and_nonsense_is_refused():
    share = criterion("{kind: percentage}")

    assert rules.read_choice(share, "percentage", "87.5") == Choice(percentage="175/2")
    for typed in ("", "101", "1e9", "x"):
        with pytest.raises(InvalidInputError):
            rules.read_choice(share, "percentage", typed)
    with pytest.raises(InvalidInputError):
        rules.read_choice(share, "level:met")


def test_a_rate_has_wilson_s_interval_and_says_when_it_is_too_little():
    # Newcombe (1998), table I: 81 of 263 is 0.2553 to 0.3662.
    (known,) = figures.rates([("a", True)] * 81 + [("a", False)] * 182)
    few = figures.rate("b", 1, 4)
    wide = figures.rate("c", 3, 10)  # 0.108 to 0.603

    assert known.interval is not None
    assert (round(known.interval.low, 4), round(known.interval.high, 4), known.few) == (0.2553, 0.3662, False)
    assert (few.few, wide.few) == (True, True)
    assert figures.rate("d", 0, 0).share is None


def test_rates_stand_by_name_never_by_size():
    assert [each.label for each in figures.rates([("b", True), ("C", False), ("a", False)])] == ["a", "b", "C"]


@given(st.text(max_size=30), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=4))
def test_a_marked_text_is_the_text_with_exactly_its_passages_marked(text: str, edges: list[tuple[int, int]]):
    passages = [(min(pair), max(pair)) for pair in edges]

    cut = stretches(text, passages)

    assert "".join(each.text for each in cut) == text
    marked = "".join(("x" if each.pinned else ".") * len(each.text) for each in cut)
    meant = "".join("x" if any(low <= at < high for low, high in passages) else "." for at in range(len(text)))
    assert marked == meant
