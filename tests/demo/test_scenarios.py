"""The families of matters are many, complete and varied."""

import re
import string

import pytest

from qa.demo.phrases import PHRASES
from qa.demo.scenarios import BY_KEY, FAMILIES, LANGUAGES, QUEUE_KEYS
from qa.demo.scenarios.model import branch, family, fitting, lines, pairs


@pytest.fixture(params=FAMILIES, ids=lambda item: item.key)
def matter(request):
    return request.param


def test_there_are_at_least_forty_families_with_keys_of_their_own():
    assert len(FAMILIES) >= 44
    assert len(BY_KEY) == len(FAMILIES)


def test_every_queue_has_several_families_and_every_language_one():
    by_queue = {queue: sum(item.queue == queue for item in FAMILIES) for queue in QUEUE_KEYS}

    assert min(by_queue.values()) >= 4
    assert {item.language for item in FAMILIES} == set(LANGUAGES)


def test_content_severity_goes_up_to_three_in_the_safety_queue_only():
    harmful = {item.queue for item in FAMILIES if item.severities[3] > 0}

    assert harmful == {"safety"}


def test_a_family_branches_and_varies(matter):
    assert len(matter.branches) >= 2
    assert len(matter.questions) >= 2
    assert len(matter.sides) >= 2
    assert len({item.key for item in matter.branches}) == len(matter.branches)


def test_a_branch_can_be_told_well_and_badly(matter):
    for item in matter.branches:
        assert len(item.openings) >= 2, item.key
        assert len(item.details) >= 2, item.key
        assert len(item.right) >= 2, item.key
        assert item.subjects, item.key
        assert item.findings, item.key
        assert item.thin, item.key
        assert item.wrong, item.key
        assert item.steps, item.key


def test_a_good_answer_says_more_than_a_thin_one(matter):
    for item in matter.branches:
        assert min(map(len, item.right)) > max(map(len, item.thin)), item.key


def test_a_risky_matter_shows_its_sign(matter):
    if matter.risky:
        assert {"sign", "signal"} <= set(matter.facts)


def test_its_language_has_words_for_what_is_at_stake(matter):
    phrases = PHRASES[matter.language]

    assert matter.stake in phrases.creator.worries
    assert matter.stake in phrases.desk.empathy


def test_slots_are_plain_names(matter):
    for item in matter.branches:
        for text in (*item.openings, *item.details, *item.right, *item.thin, *item.wrong, *item.steps, *item.findings):
            names = [name for _, name, spec, _ in string.Formatter().parse(text) if name is not None and not spec]
            assert all(re.fullmatch(r"[a-z_]+", name) for name in names), text


def test_no_text_stands_in_two_families():
    seen = {}
    for item in FAMILIES:
        for text in {text for way in item.branches for text in (*way.openings, *way.right, *way.steps, *way.findings)}:
            assert seen.setdefault(text, item.key) == item.key


def test_a_backslash_joins_lines_and_blank_lines_fall_away():
    text = """
        one \
        two

        three
    """

    assert lines(text) == ("one two", "three")


def test_a_tag_keeps_a_variant_to_its_branches():
    text = "For all.\n@one,two For two.\n@three For the third."

    assert fitting(text, "one") == ("For all.", "For two.")
    assert fitting(text, "three") == ("For all.", "For the third.")


def test_a_second_question_needs_an_answer():
    assert pairs("Why? | Because.") == (("Why?", "Because."),)
    with pytest.raises(ValueError, match="no answer"):
        pairs("Why?")


@pytest.mark.parametrize("wrong", [{"queue": "elsewhere"}, {"queue": "payouts", "language": "xx"}])
def test_an_unknown_queue_or_language_is_refused(wrong):
    texts = dict.fromkeys(("topic", "policy", "handover", "subjects", "openings", "questions"), "x")
    way = branch("a", detail="x", finding="x", right="x", thin="x", wrong="x", steps="x")

    with pytest.raises(ValueError, match="no known"):
        family("key", "Name", stake="money", sides="a | b", branches=(way,), **texts, **wrong)
