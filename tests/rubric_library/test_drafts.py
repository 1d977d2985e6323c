"""A draft while people write it: kept change by change, undone, and never silently written over."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

import rubrics
from qa.core.audit import AuditEvent
from qa.core.errors import ConflictError, InvalidInputError
from qa.rubric_library import draft_changes, drafts, editor, queries, workflow
from qa.rubric_library.draft_forms import Posted, placed, values_of
from qa.rubric_library.drafting import Tree, criteria_of, finished, levels_of, tree_of
from qa.rubric_library.models import RubricDraftState, RubricFamily, RubricVersion
from tests.support.builders import RUBRIC, publish_rubric
from tests.support.cast import NOW, Cast

LIBRARY = rubrics.library()
LATER = NOW + dt.timedelta(hours=1)


TRIAL = rubrics.load_yaml(RUBRIC.format(key="trial", version="1.0"))


def trial() -> Tree:
    return tree_of(TRIAL)


def node_called(tree: Tree, name: str) -> dict[str, Any]:
    return next(each for each in criteria_of(tree) if each["name"] == name)


# The tree


@pytest.mark.parametrize("name", sorted(LIBRARY))
def test_a_version_goes_through_the_editor_s_tree_unchanged(name: str):
    version = rubrics.load_yaml(LIBRARY[name])

    assert rubrics.read_draft(finished(tree_of(version))) == version


def test_a_condition_and_a_critical_follow_renamed_keys():
    tree = trial()
    correct, tone = node_called(tree, "Correct"), node_called(tree, "Tone")
    tone["condition"] = {"criterion": correct["id"], "levels": [levels_of(correct)[0]["id"]]}
    correct["key"], levels_of(correct)[0]["key"] = "right", "all"
    levels_of(correct)[2]["fails"], correct["critical"] = True, {"scope": "section"}

    version = rubrics.read_draft(finished(tree))

    condition = version.criterion("tone").condition
    assert condition is not None
    assert (condition.criterion, condition.levels) == ("right", ("all",))
    critical = version.criterion("right").critical
    assert critical is not None
    assert critical.fails_at == ("wrong",)


@given(
    steps=st.lists(st.tuples(st.sampled_from(["up", "down", "copy", "remove", "add"]), st.integers(0, 9)), max_size=8)
)
def test_no_change_of_shape_loses_or_doubles_an_id(steps: list[tuple[str, int]]):
    tree = trial()
    for what, position in steps:
        ids = [each["id"] for each in [*tree["sections"], *criteria_of(tree)]]
        if not ids:
            break
        chosen = ids[position % len(ids)]
        tree = {
            "up": lambda: draft_changes.move(tree, chosen, -1),  # noqa: B023 - called at once
            "down": lambda: draft_changes.move(tree, chosen, 1),  # noqa: B023
            "copy": lambda: draft_changes.duplicate(tree, chosen),  # noqa: B023
            "remove": lambda: draft_changes.remove(tree, chosen),  # noqa: B023
            "add": lambda: draft_changes.add_section(tree),  # noqa: B023
        }[what]().tree

        after = [each["id"] for each in [*tree["sections"], *criteria_of(tree)]]
        assert len(set(after)) == len(after)
    keys = [each["key"] for section in finished(tree)["sections"] for each in section["criteria"]]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("pass_mark", "pass_mark"),
        ("lineage[1].old[1]", "lineage-0-old"),
        ("sections[1].weight", "weight"),
        ("sections[1].criteria[1].question", "question"),
        ("sections[1].criteria[1].scale.levels[2].points", "level-n4-points"),
        ("sections[1].criteria[1].critical.fails_below", "fails_below"),
        ("sections[1].criteria[1].condition.levels[1]", "condition_levels"),
        ("sections[1].criteria[1].root_causes[1].name", "cause-0-name"),
    ],
)
def test_a_problem_stands_beside_its_field(path: str, field: str):
    tree = trial()
    tree["lineage"] = [{"kind": "split", "old": ["a"], "new": ["correct"]}]

    assert placed(tree, path, "…").field == field


def test_what_nobody_has_filled_in_yet_is_told_apart_from_what_is_wrong():
    made = draft_changes.add_criterion(trial(), trial()["sections"][1]["id"])
    made.tree["sections"][1]["criteria"][-1]["weight"] = "2,5"

    shown = editor.editor(made.tree, made.at, taken=[], step=None, notes={})

    said = {field: (each.message, each.missing) for field, each in shown.errors.items()}
    assert said["name"] == ("The short name is still to fill in.", True)
    assert said["question"] == ("The question is still to fill in.", True)
    assert said["weight"] == ("Weight must be a number such as 20, 12.5 or 1/3", False)
    (place,) = (each for each in shown.outline if each.id == made.at)
    assert (place.problems, place.wrong) == (3, 1)


def test_shares_show_while_a_new_criterion_is_not_named_yet():
    made = draft_changes.add_criterion(trial(), trial()["sections"][1]["id"])

    shown = editor.editor(made.tree, made.at, taken=[], step=None, notes={})

    assert {problem.field for problem in shown.problems} == {"name", "question"}
    assert [place.share for place in shown.outline if place.kind == "criterion"] == [
        "40.0 %",
        "20.0 %",
        "20.0 %",
        "20.0 %",
    ]


def test_a_form_that_shows_no_level_leaves_the_levels_as_they_are():
    tree = trial()
    node = node_called(tree, "Correct")

    values = values_of(Posted({"name": ["Right"], "question": ["Was it?"], "weight": ["3"]}), tree, node["id"])

    assert values["scale"]["levels"] == levels_of(node)


# Keeping it


def begun(session: Session, cast: Cast) -> RubricVersion:
    version = drafts.start(session, cast.programme.id, name="Billing by chat", by=cast.lena.id, now=NOW)
    drafts.keep(session, version, {**trial(), "key": "billing_by_chat"}, what="load", by=cast.lena.id, now=NOW)
    return version


def own(session: Session, version: RubricVersion, name: str) -> tuple[str, dict[str, Any]]:
    node = node_called(drafts.tree_of(session, version), name)
    return node["id"], drafts.own_values(node)


def test_a_rubric_begins_from_nothing_with_a_key_of_its_own(session: Session, cast: Cast):
    first, second = (
        drafts.start(session, cast.programme.id, name="Prüfe & Ton", by=cast.lena.id, now=NOW) for _ in range(2)
    )

    assert session.scalars(select(RubricFamily.key).order_by(RubricFamily.id)).all() == ["prufe_ton", "prufe_ton_2"]
    assert (first.label, first.state, second.state) == ("1.0", "draft", "draft")


def test_what_is_typed_is_kept_and_can_be_undone_and_done_again(session: Session, cast: Cast):
    version = begun(session, cast)
    at, base = own(session, version, "Tone")

    drafts.save(session, version, at=at, values={"weight": "3"}, base=base, by=cast.lena.id, now=LATER)
    undone = drafts.step_back(session, version, by=cast.lena.id, now=LATER)
    before = own(session, version, "Tone")[1]["weight"]
    drafts.step_forward(session, version, by=cast.lena.id, now=LATER)

    assert undone == "Tone: weight"
    assert before == "1"
    assert own(session, version, "Tone")[1]["weight"] == "3"
    with pytest.raises(ConflictError, match="nothing to do again"):
        drafts.step_forward(session, version, by=cast.lena.id, now=LATER)


def test_typing_in_one_field_is_one_step_for_undo(session: Session, cast: Cast):
    version = begun(session, cast)
    states = len(session.scalars(select(RubricDraftState.id)).all())
    for n, text in enumerate(("W", "Wa", "Was it warm?")):
        at, base = own(session, version, "Tone")
        drafts.save(
            session,
            version,
            at=at,
            values={"question": text},
            base=base,
            by=cast.lena.id,
            now=LATER + dt.timedelta(seconds=n),
        )

    assert len(session.scalars(select(RubricDraftState.id)).all()) == states + 1


def test_two_people_at_different_places_do_not_disturb_each_other(session: Session, cast: Cast):
    version = begun(session, cast)
    (at, base), (other, other_base) = own(session, version, "Tone"), own(session, version, "Correct")

    drafts.save(session, version, at=at, values={"weight": "3"}, base=base, by=cast.lena.id, now=LATER)
    drafts.save(session, version, at=other, values={"weight": "5"}, base=other_base, by=cast.otto.id, now=LATER)

    assert own(session, version, "Tone")[1]["weight"] == "3"
    assert own(session, version, "Correct")[1]["weight"] == "5"


def test_two_people_at_one_place_are_told_what_differs_and_nothing_is_lost(session: Session, cast: Cast):
    version = begun(session, cast)
    at, base = own(session, version, "Tone")
    drafts.save(session, version, at=at, values={"weight": "3"}, base=base, by=cast.lena.id, now=LATER)

    with pytest.raises(drafts.StaleDraftError) as refusal:
        drafts.save(
            session, version, at=at, values={"question": "Warm?", "weight": "7"}, base=base, by=cast.otto.id, now=LATER
        )

    differs = {each.label: (each.base, each.theirs, each.mine, each.both) for each in refusal.value.found}
    assert differs == {
        "Question": ("Was it friendly?", "Was it friendly?", "Warm?", False),
        "Weight": ("1", "3", "7", True),
    }
    assert refusal.value.by == "Lena Lund"
    assert own(session, version, "Tone")[1]["weight"] == "3"


def test_yaml_of_another_rubric_or_of_a_taken_number_does_not_replace_a_draft(session: Session, cast: Cast):
    publish_rubric(session, cast)
    version = drafts.clone_version(session, session.scalars(select(RubricVersion)).one(), by=cast.lena.id, now=LATER)

    for text, words in (
        (RUBRIC.format(key="other", version="1.1"), "key is trial"),
        (RUBRIC.format(key="trial", version="1.0"), "1.0 is there already"),
    ):
        with pytest.raises(InvalidInputError, match=words):
            drafts.replace(session, version, rubrics.load_yaml(text), by=cast.lena.id, now=LATER)


def test_an_unfinished_draft_is_never_handed_out_as_a_rubric(session: Session, cast: Cast):
    version = drafts.start(session, cast.programme.id, name="Empty", by=cast.lena.id, now=NOW)

    assert queries.value_of(session, version) is None


def test_a_discarded_draft_is_gone_and_told_in_the_audit_trail(session: Session, cast: Cast):
    version = drafts.start(session, cast.programme.id, name="Mistake", by=cast.lena.id, now=NOW)
    version_id = version.id

    drafts.discard(session, version, by=cast.lena.id, now=NOW)

    assert session.get(RubricVersion, version_id) is None
    assert session.scalars(select(RubricFamily)).all() == []
    assert "rubric.discard" in session.scalars(select(AuditEvent.action)).all()


def test_a_scoring_change_under_a_minor_number_is_not_sent(session: Session, cast: Cast):
    former = publish_rubric(session, cast)
    version = drafts.clone_version(session, former, by=cast.lena.id, now=LATER)
    at, base = own(session, version, "Tone")
    drafts.save(session, version, at=at, values={"weight": "5"}, base=base, by=cast.lena.id, now=LATER)

    with pytest.raises(workflow.UnfinishedDraftError, match=r"Make it 2\.0"):
        workflow.send(session, version, by=cast.lena.id, now=LATER)

    assert version.label == "1.1"
    assert version.state == "draft"
