"""A coaching workbook's data as the application would hand them over: one specialist, eight weeks, invented texts."""

import datetime as dt
from dataclasses import replace
from random import Random
from zoneinfo import ZoneInfo

from exports.coaching_workbook import (
    Choice,
    CoachingWorkbook,
    CriterionFigure,
    EarlierAction,
    Excerpt,
    Remark,
    ReviewRow,
    SuggestedAction,
    WeeklyPoint,
)
from exports.provenance import Provenance, Receipt, RubricStamp

ZONE = ZoneInfo("Europe/Dublin")
START, END = dt.date(2026, 8, 3), dt.date(2026, 9, 27)
MADE_AT = dt.datetime(2026, 9, 29, 14, 5, tzinfo=dt.UTC)
QUEUES = ("Payouts", "Takedown appeals", "Copyright claims", "Account access")
COMMENTS = (
    "Answered the second question only; the creator asked twice about the date of the next payout.",
    "Right policy, but quoted from the version before July. The creator will appeal on the same ground again.",
    "Warm and clear. Named what happens next and by when.",
    "Closed without checking the account's earlier strikes, which decide the case.",
)
EXCERPTS = (
    "I have gone ahead and closed this for you.",
    "The appeal is with the review team; you will hear from us by Thursday, 18:00 your time.",
    "As per section 4 of the monetisation policy your account is not eligible.",
)


def criterion(key: str, n: int, mean: float, gap: float, half: float, **changes: object) -> CriterionFigure:
    figure = CriterionFigure(
        key=key,
        name=key.replace("_", " ").capitalize(),
        n=n,
        mean=mean,
        low=mean - half,
        high=mean + half,
        team_mean=mean - gap,
        gap=gap,
        gap_low=gap - 1.1 * half,
        gap_high=gap + 1.1 * half,
    )
    return replace(figure, **changes)  # type: ignore[arg-type]


CRITERIA = (
    criterion("finds_the_real_issue", 30, 71.7, -9.2, 8.1),
    criterion("asks_only_what_is_needed", 28, 88.4, 3.1, 6.6),
    criterion("reads_the_account_history", 25, 62.0, -17.4, 12.4),
    criterion("correct_policy_applied", 30, 80.0, -4.8, 7.9),
    criterion("complete_answer", 30, 69.2, -12.5, 8.8),
    criterion("right_tool_or_macro_used", 27, 91.2, 5.9, 5.1),
    criterion("escalated_when_required", 4, 50.0, -31.0, 38.0),
    criterion("tone_and_empathy", 30, 93.3, 8.7, 4.9),
    criterion("clear_and_plain_language", 30, 90.0, 2.2, 5.5),
    criterion("sets_expectations_and_deadline", 29, 66.4, -13.9, 7.2),
    criterion("identity_verified", 22, 95.5, 1.4, 6.0),
    criterion(
        "no_private_data_exposed",
        1,
        100.0,
        2.0,
        0.0,
        low=None,
        high=None,
        gap_low=None,
        gap_high=None,
        reason="one review has no interval",
    ),
    criterion("documentation_complete", 30, 78.3, -6.6, 9.4),
)


def week_of(day: dt.date) -> str:
    year, number, _ = day.isocalendar()
    return f"{year}-W{number:02d}"


def reviews(count: int = 30, seed: int = 4) -> tuple[ReviewRow, ...]:
    rng = Random(seed)
    rows = []
    for number in range(count):
        day = START + dt.timedelta(days=rng.randrange((END - START).days + 1))
        chance = rng.choice((0.05, 0.08, 0.125, 0.2))
        failed = rng.random() < 0.08
        score = 0.0 if failed else round(min(100.0, rng.gauss(84, 12)), 4)
        targeted = number % 10 == 9
        remarks = tuple(
            Remark(
                criterion=rng.choice(CRITERIA).name,
                level=rng.choice(("Partly", "Not met", "Fully met")),
                comment=rng.choice(COMMENTS),
                excerpts=tuple(
                    Excerpt(message=f"message {rng.randrange(2, 9)}, specialist", text=rng.choice(EXCERPTS))
                    for _ in range(rng.randrange(1, 3))
                ),
                critical=failed and turn == 0,
            )
            for turn in range(rng.randrange(0, 3))
        )
        rows.append(
            ReviewRow(
                review_id=f"r{number}",
                ticket_id=f"00{48213 + 7 * number}",
                resolved_at=dt.datetime.combine(day, dt.time(9 + number % 8, 15), ZONE),
                week=week_of(day),
                queue=rng.choice(QUEUES),
                purpose="targeted" if targeted else "routine",
                score=score,
                outcome="failed_critical" if failed else "passed" if score >= 80 else "failed",
                inclusion_probability=None if targeted else chance,
                completion=1.0 if number % 3 else 1.25,
                rubric="General support 2.0",
                summary=rng.choice(COMMENTS),
                remarks=remarks,
                link=f"https://fairmark.example/reviews/{number}",
            )
        )
    return tuple(rows)


def weeks(rows: tuple[ReviewRow, ...], before: int = 6) -> tuple[WeeklyPoint, ...]:
    rng = Random(11)
    points = []
    for number in range(-before, (END - START).days // 7 + 1):
        monday = START + dt.timedelta(weeks=number)
        week = week_of(monday)
        n = sum(1 for row in rows if row.week == week and row.weight > 0) if number >= 0 else rng.randrange(4, 8)
        mean = min(76 + 0.9 * (number + before) + rng.gauss(0, 2), 99.0) if n else None
        half = 22 / n**0.5 if n > 1 else None
        points.append(
            WeeklyPoint(
                week=week,
                n=n,
                mean=mean,
                low=None if mean is None or half is None else mean - half,
                high=None if mean is None or half is None else mean + half,
                team_mean=82.5 + 0.2 * number,
                reason="" if half else "no review" if n == 0 else "one review has no interval",
            )
        )
    return tuple(points)


def provenance(**changes: object) -> Provenance:
    facts = Provenance(
        title="Coaching workbook of one specialist",
        subject="Jordan Pereira, Policy support",
        prepared_for="Lena Okafor, team lead",
        prepared_by="Lena Okafor",
        prepared_at=MADE_AT,
        period_from=START,
        period_to=END,
        software="Fairmark 0.1.0, scoring engine 1",
        filters=(("Queue", "all"), ("Purpose", "routine; targeted reviews are listed, not counted")),
        receipts=(
            Receipt(kind="Sampling plan", name="Four a week, version 3", digest="9f2c" * 16),
            Receipt(kind="Draw receipt", name="2026-W32", digest="07ab" * 16),
            Receipt(kind="Draw receipt", name="2026-W33", digest="c41d" * 16),
        ),
        rubrics=(RubricStamp(label="General support 2.0", fingerprint="1b7e" * 16, engine="engine 1"),),
        methods=(
            (
                "Quality score",
                "Design-weighted mean (Hajek), t interval with the effective number of reviews less one.",
            ),
            ("Shares", "Design-weighted proportion, interval of Korn and Graubard (1998)."),
            ("Gaps", "Welch's difference of two disjoint means; intervals by Holm over the criteria shown."),
        ),
        counts=(("Reviews listed", 30), ("Comments listed", 27)),
        left_out=(("Reviews still sealed", 2), ("Reviews voided", 1)),
        confidentiality="Confidential: coaching of one person. For the specialist and the team's lead only.",
    )
    return replace(facts, **changes)  # type: ignore[arg-type]


def coaching(**changes: object) -> CoachingWorkbook:
    rows = reviews()
    data = CoachingWorkbook(
        document_id="wb-2f6c1d",
        specialist_key="person-17",
        specialist="Jordan Pereira",
        team="Policy support",
        lead="Lena Okafor",
        zone=ZONE,
        provenance=provenance(),
        reviews=rows,
        criteria=CRITERIA,
        weeks=weeks(rows),
        owners=(Choice(key="17", label="Jordan Pereira"), Choice(key="3", label="Lena Okafor")),
        earlier_actions=(
            EarlierAction(
                action_id="81",
                criterion="Tone and empathy",
                text="Read two appeals with a good ending together",
                owner="Lena Okafor",
                due_on=dt.date(2026, 8, 21),
                status="done",
                notes="Did three.",
            ),
            EarlierAction(
                action_id="94",
                criterion="Complete answer",
                text="Use the closing checklist on every payout ticket",
                owner="Jordan Pereira",
                due_on=dt.date(2026, 9, 18),
                status="open",
            ),
        ),
        suggested_actions=(
            SuggestedAction(text="Name day and hour of the next step", criterion_key="sets_expectations_and_deadline"),
            SuggestedAction(text="Score one own ticket together"),
            SuggestedAction(text="Read two good examples together"),
        ),
        gap_note="Intervals of the gaps are corrected for their number (Holm).",
    )
    return replace(data, **changes)  # type: ignore[arg-type]
