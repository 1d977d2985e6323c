"""A conversation and a half-answered rubric, as the scoring page's own macros take them."""

import datetime as dt
from types import SimpleNamespace

import rubrics

AT = dt.datetime(2026, 11, 9, 14, 6, tzinfo=dt.UTC)
SAID = (
    ("note", "System", False, "Assigned to the appeals queue."),
    ("customer", "Creator", False, "Hi, my video was taken down, and I do not understand which rule it broke. It is a "
     "cooking clip. Please write to [email 1]."),
    ("agent", "Specialist", True, "Thank you for reaching out, and I am sorry about the interruption right before your "
     "campaign. The flame at 0:41 was taken for a dangerous act; I am asking a person to look again."),
    ("customer", "Creator", False, "I have posted this kind of clip for two years. Can somebody real look at it?"),
    ("note", "Internal note", False, "Checked the removal record: automatic, no strike before."),
    ("agent", "Specialist", True, "A colleague has watched it to the end. The removal was wrong; the clip is back, and "
     "the strike is gone. You should see it within the hour.\n\nIf it is not there by 18:00, answer here and I will "
     "call the team that keeps the index."),
    ("other", "Another specialist 1", False, "I take this over for the evening shift."),
    ("customer", "Creator", False, "It is back. Thank you!"),
)  # fmt: skip


def messages() -> list[SimpleNamespace]:
    return [
        SimpleNamespace(
            id=f"m{index}", kind=kind, author=author, judged=judged, at=AT + dt.timedelta(minutes=9 * index), text=text
        )
        for index, (kind, author, judged, text) in enumerate(SAID)
    ]


def sections() -> list[SimpleNamespace]:
    version = rubrics.load_yaml(rubrics.library()["general_support"])
    shares = rubrics.effective_shares(version)
    position = {}
    for number, section in enumerate(version.sections, start=1):
        for place, criterion in enumerate(section.criteria, start=1):
            position[criterion.key] = f"{number}.{place}"
    return [
        SimpleNamespace(
            name=section.name,
            share=f"{round(100 * sum(shares[each.key] for each in section.criteria))} % of the score",
            criteria=[
                SimpleNamespace(
                    criterion=criterion,
                    number=position[criterion.key],
                    share=f"{round(100 * shares[criterion.key])} %",
                    visible=True,
                    answer=_answer(criterion, order),
                )
                for order, criterion in enumerate(section.criteria)
            ],
        )
        for section in version.sections
    ]


def _answer(criterion: rubrics.Criterion, order: int) -> SimpleNamespace | None:
    if criterion.weight == 0 or order == 2:
        return None
    level = criterion.scale.levels[min(order, len(criterion.scale.levels) - 1)]
    return SimpleNamespace(
        level_key=level.key,
        percentage=None,
        not_applicable=False,
        comment="",
        root_causes=(),
        pins_json='[{"message": "m5", "start": 0, "end": 36}]' if order == 1 else "[]",
    )
