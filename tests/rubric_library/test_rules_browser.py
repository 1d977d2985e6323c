"""Each rule of the arithmetic in the editor's preview, beside what it comes to by hand."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from qa.rubric_library import service
from tests.rubric_library.editing import a_draft, do, ready
from tests.support.browser import Watch
from tests.support.cast import NOW, Cast

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
expect.set_options(timeout=15_000)  # a busy machine is no fault of the page

RULES = """
format: 1
key: rules
name: Rules
version: "1.0"
pass_mark: 50
sections:
  - key: answer
    name: Answer
    weight: 60
    criteria:
      - key: correct
        name: Correct
        question: Was it right?
        weight: 3
        na_allowed: true
        scale:
          kind: levels
          levels:
            - {key: full, name: Fully, points: 2}
            - {key: partly, name: Partly, points: 1}
            - {key: wrong, name: Wrong, points: 0}
      - key: tone
        name: Tone
        question: Was it kind?
        weight: 1
        critical: {scope: review, fails_at: [missed]}
        scale:
          kind: binary
          levels:
            - {key: met, name: Met, points: 1}
            - {key: missed, name: Missed, points: 0}
  - key: depth
    name: Depth
    weight: 40
    criteria:
      - key: share
        name: Share
        question: How much of it?
        weight: 2
        scale: {kind: percentage}
"""
# A choice among the rules of the rubric, the answers tried, and what they come to by hand:
# Correct, Tone and Share weigh 3 and 1 of 60, and 2 of 40; pooled 3, 1 and 2.
BY_HAND = [
    # ("arithmetic", answers (Correct, Tone, Share), score)
    ("arithmetic-sections", ("partly", "met", 50), "57.5"),  # (1.5 + 1) / 4 x 60 + .5 x 40
    ("arithmetic-pooled", ("partly", "met", 50), "58.3"),  # (1.5 + 1 + 1) / 6
    ("method-deductive", ("partly", "met", 50), "97.5"),  # 100 - 1.5 - 0 - 1
    ("arithmetic-sections", ("partly", "met", 50), "98.7"),  # .6 x (100 - 1.5) + .4 x (100 - 1)
    ("method-additive", ("", "met", 50), "80.0"),  # N/A leaves: 1 / 1 x 60 + 20
    ("na_rule-full", ("", "met", 50), "80.0"),  # (3 + 1) / 4 x 60 + 20
    ("na_rule-zero", ("", "met", 50), "35.0"),  # (0 + 1) / 4 x 60 + 20
    ("na_rule-mean", ("", "met", 50), "68.8"),  # (3 x .75 + 1) / 4 x 60 + 20 = 68.75
    ("critical_effect-zero", ("full", "missed", 50), "0.0"),
    ("critical_effect-keep", ("full", "missed", 50), "65.0"),  # 3 / 4 x 60 + 20
    ("critical_effect-zero_section", ("full", "missed", 50), "20.0"),
]


def answer(page: Page, answers: tuple[str, str, int]) -> None:
    """Choose these answers in the preview, unless they are chosen."""
    correct, tone, share = answers
    form = page.locator("[data-preview-form]")
    for name, value in (("correct", correct), ("tone", tone)):
        form.locator(f"[name=level-{name}][value='{value}']").check(force=True)
    if form.locator("[name=percentage-share]").input_value() != str(share):
        form.locator("[name=percentage-share]").fill(str(share))
        form.locator("[name=percentage-share]").press("Tab")


@pytest.mark.slow
def test_each_rule_of_the_arithmetic_moves_the_preview_as_calculated_by_hand(
    new_browser: Callable[..., Page], watch: Watch, session: Session, cast: Cast
) -> None:
    version = service.import_draft(session, cast.programme.id, RULES, name="r.yaml", by=cast.lena.id, now=NOW)
    session.commit()
    page = new_browser(cast.lena)
    page.goto(f"/rubrics/versions/{version.id}/edit")
    ready(page)
    score = page.locator(".preview__score")
    form = page.locator("[data-preview-form]")

    for rule, answers, expected in BY_HAND:
        page.locator(f"[id='{rule}']").check()
        answer(page, answers)
        expect(score, f"{rule} with {answers}").to_contain_text(expected)

    # Correct 1.5 of 3 by weight; by points 1 of 2, and Share counts 100: (1 + 1 + 50) / 103 pooled.
    page.locator("[id='arithmetic-pooled']").check()
    answer(page, ("partly", "met", 50))
    expect(score).to_contain_text("58.3")
    page.get_by_role("button", name="Count by points instead").click()
    expect(page.get_by_role("button", name="Count by weights instead")).to_be_visible()
    ready(page)
    answer(page, ("partly", "met", 50))
    expect(score).to_contain_text("50.5")

    # A section's critical fails no review, and a percentage fails it under a threshold: Share at 30 takes its section.
    page.locator("[data-outline] [data-place]").nth(5).click()
    expect(page.locator("#question")).to_be_visible()
    ready(page)
    do(page, [("reload", "critical", "")])
    do(page, [("fill", "fails_below", "40"), ("select", "critical_scope", "section")])
    form.locator("[name=percentage-share]").fill("30")
    form.locator("[name=percentage-share]").press("Tab")
    expect(page.locator(".steps")).to_contain_text("section Depth becomes 0")
    expect(score).not_to_contain_text("critical")
    do(page, [("select", "critical_scope", "review")])
    expect(score).to_contain_text("critical")
    watch.check()


def test_a_split_and_a_merger_are_told_in_the_editor_and_read_beside_the_former_version(
    new_browser: Callable[..., Page], watch: Watch, session: Session, cast: Cast
) -> None:
    version, address = a_draft(session, cast)
    former = version.based_on_id
    page = new_browser(cast.lena)
    page.goto(address.partition("?")[0])
    ready(page)
    do(
        page,
        [
            ("select", "version", "2.0"),
            ("select", "lineage-0-kind", "split"),
            ("fill", "lineage-0-old", "tone"),
            ("fill", "lineage-0-new", "tone, correct"),
        ],
    )
    page.goto(f"/rubrics/compare?old={former}&new={version.id}")
    split = page.locator("#tone")
    expect(split).to_contain_text("split")
    expect(split).to_contain_text("Split from tone: its figures begin anew.")

    page.goto(address.partition("?")[0])
    ready(page)
    do(
        page,
        [
            ("select", "lineage-0-kind", "merged"),
            ("fill", "lineage-0-old", "correct, tone"),
            ("fill", "lineage-0-new", "tone"),
        ],
    )
    page.goto(f"/rubrics/compare?old={former}&new={version.id}")
    expect(page.locator("#tone")).to_contain_text("merged")
    watch.check()
