"""How many reviews a question needs, and what a number of reviews will tell, from the operation's own spread. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np

from calibration.intervals import normal_quantile, t_quantile
from qa.core.numerals import number
from qa.reviews.measured import Framed, Measured, Reviewed
from qa.sampling import planning
from qa.sampling.predicting import USEFUL

TYPICAL_SD = 18.0  # points; of a support operation before its own reviews speak
OWN_FROM = 10  # reviews of a domain from which its own spread is used
POWER = 0.8
CURVE = (5, 10, 15, 20, 30, 40, 60, 80, 120, 160, 240, 320)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the page is asked; points, weeks, reviews a week of each specialist, and a rate from 0 to 1."""

    half: float = 3.0
    weeks: int = 13
    per_week: float = 4.0
    rate: float = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """Something that a question is about, with what is known of it.

    ``parts`` are its parts a week, ``people`` the specialists they are of, ``load`` how many specialists' whole work
    they come to (somebody with half of their parts here counts half), ``n`` the reviews that ``sd`` comes from.
    """

    name: str
    kind: str  # all, team, queue, specialist
    parts: float
    people: int
    load: float
    n: int
    sd: float
    own_sd: bool
    correlation: float
    reviews_per_week: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One domain's answers; ``None`` where no number of reviews is enough or there are too few to say."""

    domain: Domain
    needed: int | None  # reviews over the weeks
    needed_per_week: int | None
    reviews: int  # what the asked number a week comes to over the weeks
    half: float | None  # points, to either side
    change: float | None  # points, found with a chance of 80 %


def domains_of(measured: Measured, weeks: int) -> list[Domain]:
    """All together, a typical specialist, then every team and queue by name; ``weeks`` is how long the frame is."""
    everybody = _domain("Everything", "all", measured, lambda _: True, weeks, None)
    found = [everybody, _typical(measured, everybody)]
    for kind, key in (("team", _team), ("queue", _queue)):
        names = sorted({key(row) for row in measured.frame})
        found += [_domain(name, kind, measured, _named(key, name), weeks, everybody) for name in names]
    return found


def _team(row: Reviewed | Framed) -> str:
    return row.team


def _queue(row: Reviewed | Framed) -> str:
    return row.queue


def _named(key: Callable[[Reviewed | Framed], str], name: str) -> Callable[[Reviewed | Framed], bool]:
    return lambda row: key(row) == name


def _domain(
    name: str,
    kind: str,
    measured: Measured,
    inside: Callable[[Reviewed | Framed], bool],
    weeks: int,
    all_of_it: Domain | None,
) -> Domain:
    at = np.array([inside(row) for row in measured.reviews], dtype=np.bool_)
    frame = [row for row in measured.frame if inside(row)]
    y, w = measured.window.sample.y[at], 1 / measured.window.sample.pi[at]
    n = int(at.sum())
    enough = n >= OWN_FROM and float(np.ptp(y)) > 0
    sd = _spread(y, w) if enough else (all_of_it.sd if all_of_it else TYPICAL_SD)
    return Domain(
        name=name,
        kind=kind,
        parts=sum(row.frame for row in frame) / max(weeks, 1),
        people=len({row.specialist_id for row in frame}),
        load=_load(measured, frame),
        n=n,
        sd=sd,
        own_sd=enough,
        correlation=_correlation(measured, at),
        reviews_per_week=n / max(weeks, 1),
    )


def _load(measured: Measured, frame: Sequence[Framed]) -> float:
    """How many specialists' whole work some parts come to: reviews of a specialist spread over all of their parts."""
    whole: dict[int, int] = {}
    for row in measured.frame:
        whole[row.specialist_id] = whole.get(row.specialist_id, 0) + row.frame
    return sum(row.frame / whole[row.specialist_id] for row in frame if whole[row.specialist_id])


def _typical(measured: Measured, everybody: Domain) -> Domain:
    """One specialist as they are on average: the spread within people, not between them."""
    place = {person: code for code, person in enumerate(sorted({row.specialist_id for row in measured.reviews}))}
    codes = np.array([place[row.specialist_id] for row in measured.reviews], dtype=np.int64)
    y = measured.window.sample.y
    sizes = np.bincount(codes, minlength=len(place))
    freedom = len(y) - len(place)
    sd, own = everybody.sd, False
    if freedom >= OWN_FROM:
        means = np.bincount(codes, y, len(place)) / np.maximum(sizes, 1)
        within = sqrt(float(((y - means[codes]) ** 2).sum()) / freedom)
        sd, own = (within, True) if within > 0 else (sd, own)
    people = max(everybody.people, 1)
    return Domain(
        name="One specialist, typically",
        kind="specialist",
        parts=everybody.parts / people,
        people=1,
        load=1.0,
        n=len(y),
        sd=sd,
        own_sd=own,
        correlation=everybody.correlation,
        reviews_per_week=everybody.reviews_per_week / people,
    )


def _spread(y: np.ndarray, w: np.ndarray) -> float:
    mean = float(w @ y / w.sum())
    return sqrt(float(w @ (y - mean) ** 2 / w.sum()) * len(y) / (len(y) - 1))


def _correlation(measured: Measured, at: np.ndarray) -> float:
    """What the predicted score is worth here: its correlation where it is used, else nothing."""
    known = measured.window.quality(np.where(at, 0, -1), np.full(len(measured.frame), -1), 1)[0].correlation
    model = measured.window.regression
    if model is None or known is None or known < USEFUL:
        return 0.0
    useful = np.array(model.useful)[measured.window.sample.queue[at]]
    return min(known, 0.99) if useful.any() else 0.0


def answer(domain: Domain, asked: Asked) -> Answer:
    """What the questions come to for one domain, its finite number of parts taken into account."""
    population = _population(domain, asked)
    needed = planning.reviews_for_half_width(
        asked.half, domain.sd, correlation=domain.correlation, population=population
    )
    reviews = round(asked.per_week * (domain.load or 1.0) * asked.weeks)
    if population is not None:
        reviews = min(reviews, population)
    return Answer(
        domain=domain,
        needed=needed,
        needed_per_week=None if needed is None else ceil(needed / asked.weeks),
        reviews=reviews,
        half=planning.half_width(reviews, domain.sd, correlation=domain.correlation, population=population)
        if reviews
        else None,
        change=planning.detectable_difference(reviews, reviews, domain.sd, correlation=domain.correlation, power=POWER),
    )


def told_of_needed(each: Answer, asked: Asked) -> list[tuple[str, str]]:
    """How the number of reviews follows, line by line."""
    domain, n = each.domain, each.needed
    lines = _spread_lines(domain)
    if n is None or n < planning.LEAST:
        return lines
    half = planning.half_width(n, domain.sd, correlation=domain.correlation, population=_population(domain, asked))
    return [
        *lines,
        ("Check", f"{n:,} reviews give ± {number(half, 2)}, one fewer more than {number(asked.half)}"),
        ("A week", f"{n:,} ÷ {asked.weeks} weeks, rounded up"),
    ]


def told_of_half(each: Answer, asked: Asked) -> list[tuple[str, str]]:
    """How exact the affordable reviews are, line by line with its values."""
    domain, n = each.domain, each.reviews
    population = _population(domain, asked)
    lines = [
        (
            "Reviews (n)",
            f"{number(asked.per_week)} a week × {number(domain.load or 1.0)} specialists’ work × {asked.weeks} weeks"
            f" = {n:,}" + (", all there are" if n == population else ""),
        ),
        *_spread_lines(domain),
    ]
    if each.half is not None and population is not None and planning.LEAST <= n < population:
        lines.append(
            (
                "With its values",
                f"{number(t_quantile(0.975, n - 1), 3)} × "
                f"{number(planning.left_over(domain.sd, domain.correlation), 2)} × "
                f"√((1 − {n:,} ÷ {population:,}) ÷ {n:,}) = {number(each.half, 2)}",
            )
        )
    return lines


def told_of_change(each: Answer, asked: Asked) -> list[tuple[str, str]]:
    """What lies behind the change that can be found."""
    return [
        ("Compared", f"two stretches of {asked.weeks} weeks with {each.reviews:,} reviews each"),
        *_spread_lines(each.domain),
        ("Method", f"noncentral t, found with a chance of {number(100 * POWER, 0)} % at 95 % (Cohen 1988)"),
    ]


def _population(domain: Domain, asked: Asked) -> int | None:
    return max(round(domain.parts * asked.weeks), 1) if domain.parts else None


def _spread_lines(domain: Domain) -> list[tuple[str, str]]:
    where = "own reviews" if domain.own_sd else "of all, too few reviews here" if domain.n else "usual in the trade"
    lines = [("Spread (sd)", f"{number(domain.sd, 2)} points, {where}; {domain.n:,} reviews here")]
    if domain.correlation:
        rest = planning.left_over(domain.sd, domain.correlation)
        r = number(domain.correlation, 2)
        lines.append(("Predicted score (r)", f"correlates {r}, so {number(rest, 2)} points are left to find out"))
    lines.append(("Parts", f"{number(domain.parts, 0)} a week"))
    return lines


def quota_for(answers: Sequence[Answer]) -> int | None:
    """Reviews a week of each specialist that give a typical specialist what was asked; at least one."""
    typical = next((each for each in answers if each.domain.kind == "specialist"), None)
    return None if typical is None else typical.needed_per_week


@dataclass(frozen=True, slots=True, kw_only=True)
class Catch:
    """How likely a rare critical failure is seen at all, over the weeks asked."""

    reviews: int
    chance: float
    population: int | None
    for_certain: int | None  # reviews that hold one with a chance of 95 %


def catch(domain: Domain, asked: Asked) -> Catch:
    """The chance to see at least one of a kind of defect that is ``rate`` of all parts."""
    population = _population(domain, asked)
    reviews = round(asked.per_week * (domain.load or 1.0) * asked.weeks)
    if population is not None:
        reviews = min(reviews, population)
    return Catch(
        reviews=reviews,
        chance=planning.chance_to_catch(reviews, asked.rate, population=population),
        population=population,
        for_certain=planning.reviews_to_catch(0.95, asked.rate, population=population),
    )


def curve(domain: Domain, asked: Asked) -> list[tuple[int, float | None, float | None]]:
    """Half-width against the number of reviews: n, with the weighted mean, with the predicted score."""
    population = _population(domain, asked)
    points = [n for n in CURVE if population is None or n < population]
    return [
        (
            n,
            planning.half_width(n, domain.sd, population=population),
            planning.half_width(n, domain.sd, correlation=domain.correlation, population=population)
            if domain.correlation
            else None,
        )
        for n in points
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """What reviewers' strictness leaves open in the overall mean, however many reviews there are."""

    half: float  # points, to either side
    between: float  # sd between reviewers, points
    reviewers: int
    source: str

    @property
    def told(self) -> list[tuple[str, str]]:
        """How it follows, line by line."""
        return [
            (
                "With its values",
                f"{number(normal_quantile(0.975), 2)} × {number(self.between, 2)} ÷ √{self.reviewers} = "
                f"± {number(self.half, 2)}",
            ),
            ("Reviewers differ by (sd)", f"{number(self.between, 2)} points, {self.source}"),
            ("Reviewers", f"{self.reviewers}, as if each scored the same share"),
            ("Left out", "the chance of the draw, which the lines above tell"),
        ]


def strictness_floor(measured: Measured) -> Floor | None:
    """The floor under the overall mean; ``None`` while nobody has scored."""
    known, reviewers = measured.strictness, len(measured.reviewers)
    if known is None or not reviewers:
        return None
    between = sqrt(known.between)
    return Floor(
        half=normal_quantile(0.975) * between / sqrt(reviewers),
        between=between,
        reviewers=reviewers,
        source=known.source,
    )
