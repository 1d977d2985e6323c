"""Engines live side by side: a rubric keeps the arithmetic it was published with, whatever comes later."""

import hashlib
import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from rubrics import ENGINE_VERSION, dump_yaml, fingerprint, load_yaml, score
from rubrics import scoring as scoring_module
from rubrics.model import ENGINES
from tests.rubrics.builders import criterion, percent, rubric, section
from tests.rubrics.engine_corpus import corpus

PINS = Path(__file__).parent / "engine_results.json"
VERSION = rubric(section("all", criterion("tone", 1), criterion("note", 3)))
ANSWERS = {"tone": percent(100), "note": percent(0)}


def digest(engine: str) -> dict[str, str]:
    """What an engine gives for each rubric of the corpus, shortened to a digest."""
    found = {}
    for name, version, reviews in corpus():
        results = [
            (
                str(result.value),
                str(result.base),
                result.outcome,
                sorted(result.failed_criticals),
                sorted((key, str(value)) for key, value in result.sections.items()),
                sorted((key, str(value)) for key, value in result.criteria.items()),
                sorted(result.unanswered),
            )
            for answers, channel in reviews
            for result in [score(replace(version, engine=engine), answers, channel=channel)]
        ]
        found[name] = hashlib.sha256(json.dumps(results).encode()).hexdigest()
    return found


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_gives_for_ever_what_it_gave_when_it_was_published(engine):
    pinned = json.loads(PINS.read_text(encoding="utf-8"))

    assert digest(engine) == pinned[engine], (
        f"engine {engine} gives other results than it did: keep it as it was and add a new engine beside it"
    )


def test_every_engine_that_a_rubric_may_name_is_there():
    assert set(scoring_module._ENGINES) == set(ENGINES)
    assert ENGINES[-1] == ENGINE_VERSION


@pytest.fixture
def second_engine(monkeypatch):
    """A program with a second engine, which halves every score."""

    def halved(version, answers, *, channel=None, explain=True):
        found = scoring_module._ENGINES["1"](version, answers, channel=channel, explain=explain)
        return replace(found, value=None if found.value is None else found.value / 2, engine="2")

    monkeypatch.setattr(scoring_module, "_ENGINES", {**scoring_module._ENGINES, "2": halved})


@pytest.mark.usefixtures("second_engine")
def test_a_new_engine_changes_nothing_for_a_rubric_that_names_the_old():
    old = score(VERSION, ANSWERS)
    new = score(replace(VERSION, engine="2"), ANSWERS)

    assert (old.value, old.engine) == (25, "1")
    assert (new.value, new.engine) == (Fraction("12.5"), "2")


def test_an_engine_that_is_not_there_is_told():
    with pytest.raises(ValueError, match="needs engine 9; this program has 1"):
        score(replace(VERSION, engine="9"), ANSWERS)


def test_the_first_engine_is_not_written_so_that_old_fingerprints_hold():
    assert "engine" not in dump_yaml(VERSION)
    assert fingerprint(VERSION) != fingerprint(replace(VERSION, engine="2"))


def test_a_file_may_name_its_engine():
    text = dump_yaml(VERSION)

    assert load_yaml(text + "engine: '1'\n") == load_yaml(text)
