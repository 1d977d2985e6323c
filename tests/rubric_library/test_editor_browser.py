"""The editor in a real browser: a rubric with every rule, two people on one draft, keys alone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

import rubrics
from qa.rubric_library import drafts, queries
from qa.rubric_library.drafting import criteria_of
from qa.rubric_library.models import RubricVersion
from tests.rubric_library.editing import SAVED, a_draft, add, do, of, ready, use_scale
from tests.support.browser import DARK_NARROW, Watch, check_reflow, every_look
from tests.support.builders import RUBRIC
from tests.support.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
expect.set_options(timeout=15_000)  # a busy machine is no fault of the page

# What is typed, ticked and chosen at a place: (action, field, value); "reload" waits for the place to come anew.
RUBRIC_RULES = [
    ("fill", "description", "Chats about invoices."),
    ("fill", "pass_mark", "75"),
    ("fill", "cap", "110"),
    ("check", "arithmetic-pooled", ""),
    ("check", "method-additive", ""),
    ("check", "na_rule-mean", ""),
    ("check", "critical_effect-keep", ""),
]
FIRST_RULES = [
    ("fill", "name", "Solved"),
    ("fill", "question", "Was the matter solved?"),
    ("fill", "weight", "2.5"),
    ("fill", "guidance", "Read to the end."),
    ("fill", "procedure", "refunds"),
    ("fill", "cause-0-name", "Macro out of date"),
    ("check", "na_allowed", ""),
    ("reload", "critical", ""),
    ("select", "critical_scope", "section"),
    ("select", "critical_effect", "zero_section"),
]


def test_a_rubric_with_every_rule_is_written_reviewed_and_published(
    new_browser: Callable[..., Page], watch: Watch, session: Session, cast: Cast, axe: Callable[[Page], None]
) -> None:
    page = new_browser(cast.lena)
    page.goto("/rubrics/new")
    page.get_by_label("Name").fill("Billing by chat")
    page.get_by_role("button", name="Begin").click()
    ready(page)
    do(page, RUBRIC_RULES)

    links = page.locator("[data-outline] [data-place]")
    links.nth(1).click()
    expect(page.locator("#channels")).to_be_visible()
    ready(page)
    do(page, [("fill", "name", "Solving"), ("fill", "weight", "60"), ("fill", "channels", "chat, email")])

    links.nth(2).click()
    expect(page.locator("#question")).to_be_visible()
    ready(page)
    do(page, FIRST_RULES)
    lowest = page.locator(".level-row").nth(2)
    lowest.get_by_label("fails the critical").check()
    lowest.get_by_label("needs a comment").check()
    lowest.get_by_text("Anchor and example").click()
    do(
        page,
        [
            ("fill", of(page, 0, "name"), "All of it"),
            ("fill", of(page, 0, "points"), "4"),
            ("fill", of(page, 2, "cap"), "50"),
            ("fill", of(page, 2, "anchor"), "Nothing was done."),
            ("fill", of(page, 2, "example"), "We will see."),
        ],
    )
    expect(page.locator(".preview__score")).to_contain_text("passed")
    axe(page)

    add(page, "Add a criterion", "Criterion", 4)
    do(page, [("fill", "name", "Offered"), ("fill", "question", "Was a next step offered?")])
    use_scale(page, "percentage", 0)
    do(
        page,
        [("fill", "failing_below", "50"), ("fill", "comment_below", "40"), ("fill", "evidence_below", "30")],
    )
    add(page, "Add a criterion", "Criterion", 5)
    do(page, [("fill", "name", "Polite"), ("fill", "question", "Was it polite?")])
    for scale, levels in (("four", 4), ("five", 5), ("binary", 2)):
        use_scale(page, scale, levels)
    page.get_by_role("button", name="Add a level").click()
    expect(page.locator(".level-row")).to_have_count(3)
    ready(page)
    page.get_by_role("button", name="Remove level 3").click()
    expect(page.locator(".level-row")).to_have_count(2)
    ready(page)
    page.locator("#condition_criterion").select_option(label="only after: Solved")
    expect(page.get_by_role("group", name="at one of these levels")).to_be_visible()
    ready(page)
    page.get_by_role("group", name="at one of these levels").get_by_label("All of it").check()
    do(page, [])

    add(page, "Add a section", "Section", 7)
    do(page, [("fill", "name", "Delight"), ("fill", "weight", "5")])
    page.get_by_label("Bonus section").check()
    expect(page.get_by_label("Points it can add")).to_be_visible()
    ready(page)
    links.nth(6).click()
    expect(page.locator("#question")).to_be_visible()
    ready(page)
    do(page, [("fill", "name", "Wow"), ("fill", "question", "Was there a wow?")])
    expect(page.locator("[data-rest]")).to_be_hidden()

    session.expire_all()
    value = queries.value_of(session, session.scalars(select(RubricVersion)).one())
    assert value is not None
    solved, offered, polite = (value.criterion(key) for key in ("solved", "offered", "polite"))
    assert (value.arithmetic, value.na_rule, value.critical_effect) == ("pooled", "mean", "keep")
    assert (value.description, value.pass_mark, value.cap) == ("Chats about invoices.", 75, 110)
    assert value.sections[0].channels == ("chat", "email")
    assert (value.sections[1].bonus, value.sections[1].weight) == (True, 5)
    assert solved.critical == rubrics.Critical(scope="section", fails_at=("not_met",), effect="zero_section")
    assert (solved.weight * 2, solved.na_allowed, solved.procedure) == (5, True, "refunds")
    assert [cause.name for cause in solved.root_causes] == ["Macro out of date"]
    worst = solved.scale.levels[2]
    assert (worst.cap, worst.anchor, worst.example) == (50, "Nothing was done.", "We will see.")
    assert (worst.failing, worst.comment_required, worst.evidence_required) == (True, True, True)
    assert (offered.scale.kind, offered.scale.failing_below, offered.scale.evidence_below) == ("percentage", 50, 30)
    assert polite.condition == rubrics.Condition(criterion="solved", levels=("all_of_it",))

    page.get_by_role("button", name="Send to review").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Send to review").click()
    expect(page.get_by_text("is in review. A second person publishes it.")).to_be_visible()
    second = new_browser(cast.quinn)
    second.goto(page.url)
    axe(second)
    second.get_by_role("button", name="Publish 1.0").click()
    expect(second.get_by_text("is published and will never change")).to_be_visible()
    session.expire_all()
    assert session.scalars(select(RubricVersion.state)).one() == "published"
    watch.check()


def test_two_people_on_one_criterion_see_what_differs_and_keep_both(
    new_browser: Callable[..., Page], watch: Watch, session: Session, cast: Cast, axe: Callable[[Page], None]
) -> None:
    version, address = a_draft(session, cast)
    lena, otto = new_browser(cast.lena), new_browser(cast.otto)
    for page in (lena, otto):
        page.goto(address)
        ready(page)
    watch.expect("409")

    lena.locator("#weight").fill("3")
    lena.keyboard.press("Escape")
    expect(lena.locator("[data-saved]")).to_have_text(SAVED)
    otto.locator("#question").fill("Was it warm?")
    otto.keyboard.press("Escape")
    otto.get_by_role("button", name="See what differs").click()

    expect(otto.get_by_role("heading", level=1)).to_have_text("Two people changed Tone")
    expect(otto.get_by_role("table")).to_contain_text("Was it warm?")
    axe(otto)
    otto.get_by_role("button", name="Keep what is chosen").click()
    ready(otto)
    session.expire_all()
    tone = next(each for each in criteria_of(drafts.tree_of(session, version)) if each["name"] == "Tone")
    assert (tone["weight"], tone["question"]) == ("3", "Was it warm?")
    watch.check()


def test_the_shape_changes_by_keys_alone_and_undo_brings_it_back(
    new_browser: Callable[..., Page], watch: Watch, session: Session, cast: Cast
) -> None:
    version, address = a_draft(session, cast)
    page = new_browser(cast.lena)
    page.goto(address)
    ready(page)

    def names() -> list[str]:
        session.expire_all()
        return [each["name"] for each in criteria_of(drafts.tree_of(session, version))]

    before = names()
    page.keyboard.press("K")
    expect(page.locator("[data-undo]")).to_have_attribute("title", "Undo: move Tone")
    ready(page)
    moved = names()
    page.keyboard.press("d")
    expect(page.locator("[data-outline] [data-place]")).to_have_count(7)
    ready(page)
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    expect(page.locator("[data-outline] [data-place]")).to_have_count(6)
    ready(page)
    page.keyboard.press("u")
    expect(page.locator("[data-redo]")).to_have_attribute("title", "Do again: move Tone")

    assert (before, moved) == (["Correct", "Tone", "Privacy"], ["Tone", "Correct", "Privacy"])
    assert names() == before
    watch.check()


def test_yaml_tells_its_problems_by_line_as_one_types(
    new_browser: Callable[..., Page], watch: Watch, session: Session, cast: Cast, axe: Callable[[Page], None]
) -> None:
    version, _ = a_draft(session, cast)
    text = RUBRIC.format(key="trial", version="1.1").strip()
    page = new_browser(cast.lena)
    page.goto(f"/rubrics/versions/{version.id}/edit/yaml")

    page.locator("#text").fill(text.replace("kind: binary", "kind: binry"))
    expect(page.locator("[data-yaml-title]")).to_have_text("2 to correct")
    expect(page.locator("[data-yaml-problems]")).to_contain_text("Line 27, column 17")
    axe(page)
    page.locator("#text").fill(text.replace("Was it friendly?", "Was it warm?"))
    expect(page.locator("[data-yaml-title]")).to_have_text("Nothing to correct")
    page.get_by_role("button", name="Keep").click()

    expect(page.get_by_text("The draft now says what the YAML says.")).to_be_visible()
    session.expire_all()
    value = queries.value_of(session, version)
    assert value is not None
    assert value.criterion("tone").question == "Was it warm?"
    watch.check()


@every_look(DARK_NARROW)
def test_the_library_is_sound_in_every_look(
    new_browser: Callable[..., Page], watch: Watch, session: Session, cast: Cast, axe: Callable[[Page], None]
) -> None:
    version, address = a_draft(session, cast)
    former = version.based_on_id
    page = new_browser(cast.quinn)
    for each in (
        "/rubrics/",
        "/rubrics/rules",
        f"/rubrics/versions/{former}",
        f"/rubrics/families/{version.family_id}",
        f"/rubrics/compare?old={former}&new={version.id}",
        address,
    ):
        page.goto(each)
        check_reflow(page)
        axe(page)
    watch.check()
