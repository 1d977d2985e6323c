"""A board pack's data as the application would hand them over: a step between rubric versions, invented figures."""

from dataclasses import replace
from random import Random

from exports.board_pack import BoardPack, ControlWeek, Group, KeyFigure, Standing, Stretch, Week
from exports.figures import Figure
from tests.exports import samples

WEEKS = 13


def figure(value: float, half: float, n: int = 40) -> Figure:
    return Figure(value=value, low=value - half, high=value + half, n=n)


def week(number: int, rng: Random) -> Week:
    quality = 80 + 0.3 * number + rng.gauss(0, 1.5)
    return Week(
        key=f"2026-W{27 + number:02d}",
        quality=figure(quality, 3.4) if number != 4 else Figure(value=None, reason="no reviews"),
        fair=quality - 0.7,
        linked=quality + 1.9 if number < 6 else None,
        passed=figure(78 + rng.gauss(0, 2), 8),
        critical=figure(6 + rng.gauss(0, 1), 4),
        csat=figure(88 + rng.gauss(0, 1), 3, n=310),
        resolved=1_900 + 10 * number,
        drawn=160,
        reviewed=150 + number % 5,
        event="General support 2.0 in force" if number == 6 else "",
    )


def standing(name: str, value: float, verdict: str, weeks: tuple[Week, ...]) -> Standing:
    rng = Random(name)
    return Standing(
        name=name,
        now=figure(value, 2.6, n=160),
        change=Figure(value=1.2, low=-0.8, high=3.2),
        verdict=verdict,
        fair=value - 0.5,
        correlation=0.41,
        weeks=tuple((each.key, figure(value + rng.gauss(0, 2), 5, n=12)) for each in weeks),
    )


def pack(**changes: object) -> BoardPack:
    rng = Random(3)
    weeks = tuple(week(number, rng) for number in range(WEEKS))
    data = BoardPack(
        scope="All teams, all queues, 13 weeks until 2026-W39",
        block=4,
        key_figures=(
            KeyFigure(
                label="Quality",
                unit="percent of points",
                now=figure(83.4, 1.6, n=610),
                change=Figure(value=1.9, low=0.2, high=3.6),
                verdict="better",
                note="reviewers’ strictness moves this by +0.7: fair mean 82.7",
            ),
            KeyFigure(
                label="Pass rate",
                unit="percent of parts",
                now=figure(79.0, 3.9, n=610),
                change=Figure(value=-0.8, low=-6.0, high=4.4),
                verdict="cannot tell",
            ),
            KeyFigure(
                label="Critical-error rate",
                unit="percent of parts",
                now=figure(5.2, 2.1, n=610),
                change=Figure(value=None, reason="General support 2.0 scores otherwise"),
                verdict="not comparable",
            ),
            KeyFigure(
                label="CSAT",
                unit="percent of answers",
                now=figure(88.1, 1.8, n=1240),
                change=Figure(value=-2.9, low=-5.1, high=-0.7),
                verdict="worse",
            ),
        ),
        coverage=(7_760, 640, 610),
        weeks=weeks,
        stretches=(
            Stretch(name="before General support 2.0", first=0, count=6),
            Stretch(name="from General support 2.0", first=6, count=7),
        ),
        groups=(
            Group(
                title="Teams",
                one="Team",
                standings=(
                    standing("Appeals", 81.0, "cannot tell", weeks),
                    standing("Payouts", 85.5, "better", weeks),
                    replace(
                        standing("Small", 80.0, "too few to judge", ()),
                        now=Figure(value=None, reason="held back: fewer than 5 people"),
                    ),
                ),
            ),
            Group(title="Queues", one="Queue", standings=(standing("Copyright claims", 84.0, "worse", weeks),)),
        ),
        notes=("The week 2026-W39 is still being reviewed (41 of 160): its figure waits.",),
        said=("2026-09, Dora Lind: The launch cost us points where it landed and nowhere else.",),
        control=(
            ControlWeek(key="2026-W27", value=80.0, n=150, centre=81.0, low=77.0, high=85.0),
            ControlWeek(key="2026-W28", value=76.5, n=150, centre=81.0, low=77.0, high=85.0, said="below the limits"),
            ControlWeek(key="new scale", said="another version of the rubric scores from here on"),
            ControlWeek(key="2026-W29", value=84.0, n=4, centre=82.0),
        ),
        target=85.0,
        fair=True,
        provenance=samples.provenance(
            title="Board pack", subject="All teams", link="https://fairmark.example/trends/?weeks=13"
        ),
        zone=samples.ZONE,
    )
    return replace(data, **changes)  # type: ignore[arg-type]
