"""Whether 95 % intervals hold the truth, over many quarters of weekly draws from a known population."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from bench.bars import Bar, at_most, within
from bench.population import Codes, Grouping, Population, Vector, critical_signal
from bench.quarters import Programme, Quarter
from qa.sampling.estimation import Figure, column_means, difference, greg_by, hajek_by, working_coefficients
from qa.sampling.predicting import Prediction, fit_prediction

COVERAGE = (0.935, 0.975)
NARROWER = 0.80
KINDS = ("overall", "queue", "team", "team pairs", "team-week", "specialist")
PAIRS = 10
LEARNED_FROM = 600  # reviews of the quarter before its own prediction replaces the one learned from the quarter before


@dataclass(slots=True)
class Tally:
    """How often intervals held, and how wide they were."""

    held: int = 0
    judged: int = 0
    undefined: int = 0
    half_widths: float = 0.0

    @property
    def coverage(self) -> float:
        return self.held / self.judged

    @property
    def half_width(self) -> float:
        return self.half_widths / self.judged

    def add(self, low: float, high: float, truth: float) -> None:
        self.judged += 1
        self.held += low <= truth <= high
        self.half_widths += (high - low) / 2


@dataclass(slots=True)
class Study:
    """The tallies of both estimators by kind of domain."""

    greg: dict[str, Tally] = field(default_factory=lambda: {kind: Tally() for kind in KINDS})
    hajek: dict[str, Tally] = field(default_factory=lambda: {kind: Tally() for kind in KINDS})

    def bars(self, label: str) -> list[Bar]:
        bars = [within(f"D3.4 {label}: coverage, {kind}", self.greg[kind].coverage, *COVERAGE) for kind in KINDS]
        ratio = self.greg["team"].half_width / self.hajek["team"].half_width
        return [*bars, at_most(f"D3.4 {label}: half-width, regression / weighted mean, teams", ratio, NARROWER)]

    def notes(self, label: str) -> list[str]:
        """What no bar asks for: the weighted mean's coverage, and intervals that were not defined."""
        plain = ", ".join(f"{kind} {self.hajek[kind].coverage:.3f}" for kind in KINDS)
        undefined = sum(tally.undefined for tally in self.greg.values())
        return [f"D3.4 {label}: weighted mean covers: {plain}; {undefined} regression intervals undefined"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Domains:
    """The groupings of a population with their true means."""

    groups: dict[str, Grouping]
    truth: dict[str, Vector]

    @classmethod
    def of(cls, population: Population) -> "Domains":
        groups = {
            "overall": Grouping.of(["all"] * len(population)),
            "queue": population.grouping("queue"),
            "team": population.grouping("team"),
            "team-week": population.grouping("team", "week"),
            "specialist": population.grouping("specialist"),
        }
        truth = {kind: population.true_means(group, population.score) for kind, group in groups.items()}
        return cls(groups=groups, truth=truth)


def studies(population: Population, programme: Programme, quarters: int) -> dict[str, Study]:
    """Both studies by their label, on the very same draws."""
    domains = Domains.of(population)
    found = {"automatic score": Study(), "predicted score": Study()}
    mapped = by_mapped(found["automatic score"], population, domains)
    predicted = by_predicted(found["predicted score"], population, domains, programme)
    for quarter in programme.quarters(quarters):
        mapped(quarter)
        predicted(quarter)
    return found


def by_mapped(study: Study, population: Population, domains: Domains) -> Callable[[Quarter], None]:
    """With the population's own automatic score and chance of a critical failure as columns."""
    x = population.working_columns([population.auto, critical_signal(population)])
    means = {kind: column_means(group.codes, group.count, x) for kind, group in domains.groups.items()}

    def add(quarter: Quarter) -> None:
        judge(study, population, domains, quarter, x[quarter.places], means)

    return add


def by_predicted(
    study: Study, population: Population, domains: Domains, programme: Programme
) -> Callable[[Quarter], None]:
    """With the product's predicted score, learned from past weeks' reviews only, as the one automatic column."""
    base = population.working_columns([])
    base_means = {kind: column_means(group.codes, group.count, base) for kind, group in domains.groups.items()}
    signals = Signals.of(population, domains)
    before = fit_prediction(signals.values[programme.pilot.places], population.score[programme.pilot.places])

    def add(quarter: Quarter) -> None:
        models = past_models(population, signals, quarter, before)
        predicted = np.zeros(len(quarter.places))
        for number, model in enumerate(models):
            here = quarter.week == number
            predicted[here] = model.of(signals.values[quarter.places[here]])
        means = {
            kind: np.column_stack([base_means[kind], signals.predicted_means(kind, models)]) for kind in domains.groups
        }
        judge(study, population, domains, quarter, base[quarter.places], means, predicted=predicted)

    return add


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """Every part's signals, and their sums by week and domain.

    A prediction is linear in them, so its mean over a domain follows from the sums: a quarter costs what its sample
    costs, however large the population.
    """

    values: Vector
    sums: dict[str, Vector]  # weeks x domains x signals
    sizes: dict[str, Vector]  # weeks x domains

    @classmethod
    def of(cls, population: Population, domains: Domains) -> "Signals":
        values = population.working_columns([population.auto, critical_signal(population)])
        _, week = np.unique(population.week, return_inverse=True)
        weeks = int(week.max()) + 1
        sums, sizes = {}, {}
        for kind, group in domains.groups.items():
            cells = week * group.count + group.codes
            count = weeks * group.count
            sizes[kind] = np.bincount(cells, minlength=count).reshape(weeks, group.count).astype(np.float64)
            columns = [np.bincount(cells, column, count) for column in values.T]
            sums[kind] = np.column_stack(columns).reshape(weeks, group.count, values.shape[1])
        return cls(values=values, sums=sums, sizes=sizes)

    def predicted_means(self, kind: str, models: Sequence[Prediction]) -> Vector:
        """The mean prediction of each domain when each week has its own model."""
        sizes, sums = self.sizes[kind], self.sums[kind]
        total = np.zeros(sizes.shape[1])
        for number, model in enumerate(models):
            slopes = model.coefficients / model.scale
            total += sizes[number] * (model.intercept - model.centre @ slopes) + sums[number] @ slopes
        means: Vector = total / sizes.sum(axis=0)
        return means


def past_models(population: Population, signals: Signals, quarter: Quarter, before: Prediction) -> list[Prediction]:
    """The model that stood when each week was drawn: learned from earlier weeks only."""
    models = []
    model = before
    for number in range(len(np.unique(population.week))):
        past = quarter.week < number
        if int(past.sum()) >= LEARNED_FROM:
            places = quarter.places[past]
            model = fit_prediction(signals.values[places], population.score[places])
        models.append(model)
    return models


def judge(
    study: Study,
    population: Population,
    domains: Domains,
    quarter: Quarter,
    x: Vector,
    means: dict[str, Vector],
    *,
    predicted: Vector | None = None,
) -> None:
    """Add one quarter's intervals to the tallies; ``x`` and ``predicted`` are of the quarter's sample."""
    y, pi = population.score[quarter.places], quarter.pi
    columns = x if predicted is None else np.column_stack([x, predicted])
    b = working_coefficients(columns, y, pi)
    for kind, group in domains.groups.items():
        codes: Codes = group.codes[quarter.places]
        greg = greg_by(codes, group.count, y, pi, columns, means[kind], coefficients=b, shrink=kind == "specialist")
        plain = hajek_by(codes, group.count, y, pi)
        for tallies, figures in ((study.greg, greg), (study.hajek, plain)):
            _add(tallies[kind], figures, domains.truth[kind])
            if kind == "team":
                _add_pairs(tallies["team pairs"], figures, domains.truth[kind])


def _add(tally: Tally, figures: Sequence[Figure], truth: Vector) -> None:
    for figure, true in zip(figures, truth.tolist(), strict=True):
        if figure.interval is None:
            tally.undefined += 1
        else:
            tally.add(figure.interval.low, figure.interval.high, true)


def _add_pairs(tally: Tally, teams: Sequence[Figure], truth: Vector) -> None:
    for first in range(0, min(2 * PAIRS, len(teams) - 1), 2):
        change = difference(teams[first], teams[first + 1])
        if change.interval is None:
            tally.undefined += 1
        else:
            tally.add(change.interval.low, change.interval.high, float(truth[first] - truth[first + 1]))
