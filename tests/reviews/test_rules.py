"""Reading a save and the times of a review: decisions that need no database."""

import datetime as dt
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rubrics
from qa.core.errors import InvalidInputError
from qa.reviews import rules
from qa.reviews.queries import StoredAnswer
from tests.support.builders import RUBRIC
from tests.support.cast import NOW

RUBRIC_VERSION = rubrics.load_yaml(RUBRIC.format(key="trial", version="1.0"), name="trial.yaml")
BERLIN = ZoneInfo("Europe/Berlin")

keys = st.sampled_from(
    ["save_id", "version", "answers", "internal_note", "active_seconds", "conversation_revision", "criterion", "level"]
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["correct", "tone", "full", "met", "1/0", "1e999999999", "-1", "nan", "12345678", "\x00"])
)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys | st.text(max_size=8), inner, max_size=6),
    max_leaves=12,
)
answers = st.fixed_dictionaries(
    {"criterion": st.sampled_from(["correct", "tone", "privacy"]) | json_values},
    optional={
        "level": st.sampled_from(["full", "partly", "wrong", "met", "missed"]) | json_values,
        "percentage": json_values,
        "not_applicable": json_values,
        "comment": json_values,
        "internal_note": json_values,
        "root_causes": json_values,
        "pins": st.lists(
            st.fixed_dictionaries({"message": json_values, "start": json_values, "end": json_values}), max_size=3
        )
        | json_values,
    },
)
nearly_saves = st.fixed_dictionaries(
    {
        "save_id": st.just("save-00000001") | json_values,
        "version": st.integers(0, 5) | json_values,
        "answers": st.lists(answers, max_size=4) | json_values,
        "conversation_revision": st.integers(1, 5) | json_values,
    },
    optional={"internal_note": json_values, "active_seconds": json_values},
)


def a_save(*answers: Any, **more: Any) -> dict[str, Any]:
    return {
        "save_id": "save-00000001",
        "version": 0,
        "conversation_revision": 1,
        "answers": list(answers),
        **more,
    }


@given(payload=nearly_saves | json_values)
def test_a_hostile_save_is_read_or_refused_and_never_breaks(payload: Any) -> None:
    try:
        save = rules.read_save(payload, RUBRIC_VERSION)
    except InvalidInputError:
        return

    assert 8 <= len(save.save_id) <= 64
    assert 0 <= save.version < 2**31
    assert 0 < save.conversation_revision_id < 2**63
    assert 0 <= save.active_seconds <= 3600
    for answer in save.answers:
        criterion = RUBRIC_VERSION.criterion(answer.criterion_key)
        assert answer.level_key is None or answer.level_key in {level.key for level in criterion.scale.levels}
        assert not (answer.level_key and answer.not_applicable)
        assert "\x00" not in answer.comment + answer.internal_note
        assert all(0 <= pin.start < pin.end < 2**31 for pin in answer.pins)
    assert len({answer.criterion_key for answer in save.answers}) == len(save.answers)


def test_a_save_says_what_it_changes() -> None:
    save = rules.read_save(
        a_save(
            {
                "criterion": "correct",
                "level": "wrong",
                "comment": " The date was wrong. ",
                "pins": [{"message": "m2", "start": 0, "end": 9}, {"message": "m2", "start": 0, "end": 9}],
            },
            internal_note="Ask Lena.",
            active_seconds=40,
        ),
        RUBRIC_VERSION,
    )

    assert save == rules.Save(
        save_id="save-00000001",
        version=0,
        answers=(
            rules.SavedAnswer(
                criterion_key="correct",
                level_key="wrong",
                comment="The date was wrong.",
                pins=(rules.Pin(message_id="m2", start=0, end=9),),
            ),
        ),
        internal_note="Ask Lena.",
        active_seconds=40,
        conversation_revision_id=1,
    )


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"criterion": "politeness", "level": "met"}, id="unknown criterion"),
        pytest.param({"criterion": ["tone"], "level": "met"}, id="a list for a criterion"),
        pytest.param({"criterion": "tone", "level": "superb"}, id="unknown level"),
        pytest.param({"criterion": "tone", "level": ["met"]}, id="a list for a level"),
        pytest.param({"criterion": "tone", "level": {"met": 1}}, id="an object for a level"),
        pytest.param({"criterion": "tone", "not_applicable": True}, id="N/A where it is not allowed"),
        pytest.param({"criterion": "correct", "level": "full", "not_applicable": True}, id="a level and N/A"),
        pytest.param({"criterion": "tone", "percentage": "50"}, id="a percentage on a binary scale"),
        pytest.param({"criterion": "tone", "percentage": "1e999999999"}, id="a number that fills the memory"),
        pytest.param({"criterion": "tone", "level": "met", "root_causes": ["weather"]}, id="unknown root cause"),
        pytest.param({"criterion": "tone", "level": "met", "comment": "x" * 4001}, id="a comment too long"),
        pytest.param({"criterion": "tone", "level": "met", "comment": 7}, id="a number for a comment"),
        pytest.param("tone", id="no object"),
    ],
)
def test_an_answer_that_does_not_fit_the_rubric_is_refused(answer: object) -> None:
    with pytest.raises(InvalidInputError):
        rules.read_save(a_save(answer), RUBRIC_VERSION)


@pytest.mark.parametrize(
    "pin",
    [
        pytest.param({"message": "m2", "start": 5, "end": 5}, id="nothing"),
        pytest.param({"message": "m2", "start": 6, "end": 5}, id="backwards"),
        pytest.param({"message": "m2", "start": -1, "end": 5}, id="before the beginning"),
        pytest.param({"message": "m2", "start": True, "end": 5}, id="a truth for a number"),
        pytest.param({"message": "m2", "start": 0.0, "end": 5}, id="a fraction for a number"),
        pytest.param({"message": 2, "start": 0, "end": 5}, id="a number for a message"),
        pytest.param({"start": 0, "end": 5}, id="no message"),
    ],
)
def test_a_pin_that_names_no_passage_is_refused(pin: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError):
        rules.read_save(a_save({"criterion": "tone", "level": "met", "pins": [pin]}), RUBRIC_VERSION)


def test_the_same_criterion_twice_in_one_save_is_refused() -> None:
    twice = a_save({"criterion": "tone", "level": "met"}, {"criterion": "tone", "level": "missed"})

    with pytest.raises(InvalidInputError):
        rules.read_save(twice, RUBRIC_VERSION)


def test_a_passage_ends_where_its_text_ends() -> None:
    texts = {"m1": "Grüße 👋"}

    whole = rules.passage(texts, rules.Pin(message_id="m1", start=6, end=7))

    assert whole == "👋"
    for start, end in ((0, 8), (7, 8)):
        with pytest.raises(InvalidInputError):
            rules.passage(texts, rules.Pin(message_id="m1", start=start, end=end))


@pytest.mark.parametrize(
    ("rule", "released"),
    [
        pytest.param("at_once", NOW + dt.timedelta(seconds=10), id="when the time to undo is over"),
        # 9:00 in UTC is 11:00 in Berlin; there 8:00 of the next day is 6:00 in UTC.
        pytest.param("next_morning", dt.datetime(2026, 4, 9, 6, 0, tzinfo=dt.UTC), id="at eight the next morning"),
        pytest.param("by_lead", None, id="when the lead says so"),
    ],
)
def test_a_review_is_released_by_the_programmes_rule(rule: str, released: dt.datetime | None) -> None:
    assert rules.release_time(rule, NOW, BERLIN) == released


def test_a_review_can_be_taken_back_for_ten_seconds_and_the_way_of_the_click() -> None:
    seconds = [0, 10, 13, 14, 3600]

    answers = [rules.may_undo(NOW, NOW + dt.timedelta(seconds=after)) for after in seconds]

    assert answers == [True, True, True, False, False]
    assert rules.may_undo(None, NOW) is False


def test_a_stored_percentage_stays_exact() -> None:
    saved = rules.SavedAnswer(criterion_key="any", percentage=Fraction("33.3"))

    assert rules.as_answer(saved).percentage == Fraction(333, 10)


@pytest.mark.parametrize(
    ("stored", "typed"),
    [("100", "100"), ("0", "0"), ("175/2", "87.5"), ("333/10", "33.3"), (None, "")],
)
def test_a_stored_percentage_goes_back_into_the_field_it_was_typed_in(stored: str | None, typed: str) -> None:
    answer = StoredAnswer(
        criterion_key="any",
        level_key=None,
        percentage=stored,
        not_applicable=False,
        comment="",
        internal_note="",
        root_causes=[],
        praise=False,
        passages=(),
    )

    assert answer.typed_percentage == typed
    assert stored is None or str(rules.read_percentage(typed)) == stored
