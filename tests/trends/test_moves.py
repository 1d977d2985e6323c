"""Where quality moved: clear changes first, never an order of scores, each a link to its own trends."""

from qa.sampling.estimation import Difference, Figure
from qa.sampling.reporting import Reported
from qa.trends.key_figures import Standing
from qa.trends.linking import NOT_COMPARABLE
from qa.trends.moves import moves


def standing(name: str, level: float, verdict: str) -> Standing:
    figure = Reported(figure=Figure(estimate=level, n=20))
    change = Difference(estimate=None, reason="made up")
    return Standing(name=name, now=figure, then=figure, change=change, verdict=verdict, correlation=None)


def test_rows_stand_by_verdict_and_name_never_by_score() -> None:
    teams = [
        standing("Beta", 60, "cannot tell"),
        standing("Alpha", 95, "cannot tell"),
        standing("Up", 70, "better"),
        standing("Few", 99, "too few to judge"),
        standing("New", 98, NOT_COMPARABLE),
    ]
    queues = [standing("Appeals", 50, "cannot tell"), standing("Payouts", 80, "worse")]

    found = moves(teams, queues, {"Alpha": 3, "Beta": 4, "Up": 5, "Few": 6, "New": 7})

    assert [(each.kind, each.row.name, each.key) for each in found] == [
        ("queue", "Payouts", "Payouts"),
        ("team", "Up", 5),
        ("team", "Alpha", 3),
        ("team", "Beta", 4),
        ("queue", "Appeals", "Appeals"),
        ("team", "Few", 6),
        ("team", "New", 7),
    ]
