"""Two people at one place of a draft: what differs in words, what a choice makes of it, what was removed comes back."""

import copy
import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from qa.core.errors import ConflictError
from qa.rubric_library import draft_changes, drafts, places
from qa.rubric_library.conflicts import differences, names_in, resolved
from qa.rubric_library.draft_forms import Posted
from qa.rubric_library.drafting import Node, Tree, criteria_of, find, finished, levels_of, nodes
from qa.rubric_library.models import RubricVersion
from tests.rubric_library.test_drafts import LATER, begun, node_called, own, trial
from tests.support.cast import Cast
from tests.support.client import CheckingClient


def edited(node: Node, **values: Any) -> Node:
    return {**copy.deepcopy(node), **values}


def test_differences_are_named_as_the_form_names_them_and_never_by_ids():
    tree = trial()
    correct, tone = node_called(tree, "Correct"), node_called(tree, "Tone")
    theirs, mine = edited(tone), edited(tone, critical={"scope": "section", "effect": "keep"})
    levels_of(theirs)[0]["anchor"] = "Warm from the first line."
    mine["condition"] = {"criterion": correct["id"], "levels": [levels_of(correct)[1]["id"]]}

    found = differences(tone, theirs, mine, names_in(tree))

    assert {each.label: (each.base, each.theirs, each.mine, each.chosen) for each in found} == {
        "Level “Met”: anchor": ("nothing", "Warm from the first line.", "nothing", "theirs"),
        "Critical": ("no", "no", "fails its section, the score stays as it is", "mine"),
        "Shown": ("always", "always", "only after Correct at “Partly”", "mine"),
    }


def test_each_difference_is_kept_as_it_was_chosen():
    tone = node_called(trial(), "Tone")
    theirs, mine = edited(tone, weight="3", question="Was it kind?"), edited(tone, weight="7", name="Warmth")
    levels_of(theirs)[1]["points"], levels_of(mine)[1]["cap"] = "-1", "60"
    found = differences(tone, theirs, mine)

    as_they_stand = resolved(theirs, mine, found, {})
    chosen = resolved(theirs, mine, found, {"pick.weight": "theirs", "pick.name": "theirs"})

    assert {each.label for each in found if each.both} == {"Weight"}
    assert (as_they_stand["weight"], as_they_stand["question"], as_they_stand["name"]) == (
        "7",
        "Was it kind?",
        "Warmth",
    )
    assert (levels_of(as_they_stand)[1]["points"], levels_of(as_they_stand)[1]["cap"]) == ("-1", "60")
    assert (chosen["weight"], chosen["name"]) == ("3", "Tone")


def test_another_scale_beside_changed_levels_is_one_choice():
    tree = trial()
    tone = node_called(tree, "Tone")
    theirs = node_called(draft_changes.use_scale(tree, tone["id"], "percentage").tree, "Tone")
    mine = edited(tone)
    levels_of(mine)[0]["name"] = "Warm"

    (found,) = differences(tone, theirs, mine)

    assert (found.label, found.theirs, found.mine, found.both) == (
        "Scale",
        "free percentage",
        "Warm 1, Missed 0",
        True,
    )
    assert resolved(theirs, mine, [found], {})["scale"] == mine["scale"]
    assert resolved(theirs, mine, [found], {found.name: "theirs"})["scale"] == theirs["scale"]


def test_a_criterion_comes_back_with_its_section_and_with_ids_of_its_own():
    tree = trial()
    answer, safety = tree["sections"]
    privacy = node_called(tree, "Privacy")
    without = draft_changes.remove(tree, safety["id"]).tree
    crowded = copy.deepcopy(draft_changes.remove(tree, privacy["id"]).tree)
    levels_of(node_called(crowded, "Tone"))[0]["id"] = levels_of(privacy)[0]["id"]

    back = draft_changes.put_back(without, safety, privacy).tree
    again = draft_changes.put_back(crowded, safety, privacy).tree

    assert [each["id"] for each in back["sections"]] == [answer["id"], safety["id"]]
    assert back["sections"][1]["criteria"] == [privacy]
    assert finished(back)["sections"] == finished(tree)["sections"]
    ids = [each["id"] for each in nodes(again)] + [one["id"] for each in criteria_of(again) for one in levels_of(each)]
    assert len(ids) == len(set(ids))


def form_of(node: Node, **typed: str) -> Posted:
    """What the form of a criterion posts."""
    fields = {name: [str(node.get(name) or "")] for name in ("key", "name", "question", "weight")}
    for level in levels_of(node):
        for name in ("name", "points", "key"):
            fields[f"level-{level['id']}-{name}"] = [str(level.get(name) or "")]
    return Posted({**fields, **{name: [value] for name, value in typed.items()}})


def removed_while_typed(session: Session, cast: Cast) -> tuple[RubricVersion, str, Node]:
    version = begun(session, cast)
    at, base = own(session, version, "Tone")
    drafts.locked(session, version)
    gone = draft_changes.remove(drafts.tree_of(session, version), at)
    drafts.change(session, version, gone, by=cast.otto.id, now=LATER)
    return version, at, base


def test_a_place_that_somebody_removed_shows_what_was_typed_and_comes_back_with_it(session: Session, cast: Cast):
    version, at, base = removed_while_typed(session, cast)
    typed = form_of(base, weight="9")

    with pytest.raises(drafts.StaleDraftError, match="removed Tone") as refusal:
        places.keep_typed(
            session, version, at=at, posted=typed, base=places.Base(values=base), by=cast.lena.id, now=LATER
        )
    places.bring_back(session, version, at=at, posted=typed, by=cast.lena.id, now=LATER)

    shown = {each.label: (each.base, each.mine) for each in refusal.value.found}
    assert shown["Weight"] == ("1", "9")
    assert refusal.value.by == cast.otto.name
    assert own(session, version, "Tone")[1]["weight"] == "9"
    with pytest.raises(ConflictError, match="back in the draft already"):
        places.bring_back(session, version, at=at, posted=typed, by=cast.lena.id, now=LATER)


def test_a_choice_made_on_a_state_that_is_no_more_is_asked_again(session: Session, cast: Cast):
    version = begun(session, cast)
    at, base = own(session, version, "Tone")
    mine = form_of(base, weight="7")
    for weight in ("3", "4"):
        drafts.save(session, version, at=at, values={"weight": weight}, base=None, by=cast.otto.id, now=LATER)
    seen, now = {**base, "weight": "3"}, {**base, "weight": "4"}

    def settle(shown: Node) -> None:
        places.settle(
            session,
            version,
            at=at,
            posted=mine,
            base=places.Base(values=base),
            shown=shown,
            picks={},
            by=cast.lena.id,
            now=LATER,
        )

    with pytest.raises(drafts.StaleDraftError):
        settle(seen)
    kept = own(session, version, "Tone")[1]["weight"]
    settle(now)

    assert kept == "4"
    assert own(session, version, "Tone")[1]["weight"] == "7"


@pytest.mark.parametrize("base", ["{}", '{"scale": 5}', '{"scale": {"levels": [3]}}', "[" * 5000, "null", "7"])
def test_a_base_that_no_page_showed_never_breaks_and_never_writes_over(
    session: Session, cast: Cast, sign_in: Callable[..., CheckingClient], base: str
):
    version = begun(session, cast)
    at, node = own(session, version, "Tone")
    session.commit()
    fields = {"name": node["name"], "question": "Overwritten?", "weight": "1", "at": at, "base": base}

    answer = sign_in(cast.lena).post_form(f"/rubrics/versions/{version.id}/edit", fields)
    session.expire_all()

    tree: Tree = drafts.tree_of(session, version)
    assert answer.status_code in {302, 409, 422}
    assert (find(tree, at) or {})["question"] == "Was it friendly?"


def test_the_page_of_a_conflict_names_fields_as_people_do(
    session: Session, cast: Cast, sign_in: Callable[..., CheckingClient]
):
    version = begun(session, cast)
    at, base = own(session, version, "Tone")
    theirs = copy.deepcopy(base)
    levels_of(theirs)[0]["anchor"] = "<b>Warm</b>"
    drafts.save(session, version, at=at, values=theirs, base=None, by=cast.otto.id, now=LATER)
    session.commit()
    fields = {name: base[name] for name in ("name", "question")} | {"weight": "5", "at": at, "base": json.dumps(base)}

    page = sign_in(cast.lena).post_form(f"/rubrics/versions/{version.id}/edit", fields)

    text = page.get_data(as_text=True)
    assert page.status_code == 409
    assert "Level “Met”: anchor" in text
    assert "&lt;b&gt;Warm" in text
    assert 'name="pick.weight"' in text


def test_what_a_page_showed_in_the_midst_of_somebodys_typing_is_still_its_base(
    session: Session, cast: Cast, sign_in: Callable[..., CheckingClient]
):
    version = begun(session, cast)
    at, node = own(session, version, "Tone")

    def lena_types(question: str) -> None:
        values = {**node, "question": question}
        drafts.save(session, version, at=at, values=values, base=None, by=cast.lena.id, now=LATER)
        session.commit()

    lena_types("Was it kind?")
    page = sign_in(cast.otto).get(f"/rubrics/versions/{version.id}/edit?at={at}").get_data(as_text=True)
    lena_types("Was it kind and warm?")
    found = re.search(r'name="base" value="([^"]*)"', page)
    assert found is not None
    fields = {"name": "Tone", "question": "Was it kind?", "weight": "1", "guidance": "Read it aloud.", "at": at}
    fields["base"] = html.unescape(found[1])

    answer = sign_in(cast.otto).post_form(f"/rubrics/versions/{version.id}/edit", fields).get_data(as_text=True)

    # Only Lena changed the question, only Otto the guidance: neither is asked for, and each is chosen already.
    theirs = re.search(r'name="pick.question" value="theirs"( checked)?', answer)
    mine = re.search(r'name="pick.guidance" value="mine"( checked)?', answer)
    assert theirs is not None
    assert mine is not None
    assert theirs[1] == mine[1] == " checked"
    assert "both changed it" not in answer
