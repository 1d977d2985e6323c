"""Hypothesis strategies: usable rubric versions of every kind, and answers that fit them."""

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from rubrics import Answer, Criterion, Critical, Level, RootCause, RubricVersion, Scale, Section, check

WORDS = st.text("ab Zß漢'\"\\:#-&*!%|>{}[],?@`~=/.0123😀", max_size=20).map(lambda text: text.strip())
ODD_NAMES = ["yes", "null", "1.5", "~", "- x", "a: b", "#", "0x1F", "2024-01-01", "1/3", "!t", "&a", "*a", "%Y"]
NAMES = st.one_of(st.sampled_from(ODD_NAMES), WORDS.filter(bool))
TEXTS = st.one_of(
    st.just(""),
    st.lists(WORDS, max_size=3).map("\n".join).map(str.strip),
    st.lists(
        st.sampled_from(["a: b", "#", "plain words", "漢", "-", "word", "'", '"', "\\", ""]), min_size=30, max_size=40
    )
    .map(" ".join)
    .map(str.strip),
    st.lists(st.sampled_from(["plain", "words", "", "\t", "-"]), min_size=20, max_size=30).map(" ".join).map(str.strip),
)
WEIGHTS = st.one_of(st.integers(1, 100), st.builds(Fraction, st.integers(1, 99), st.integers(2, 90)))
POINTS = st.builds(Fraction, st.integers(0, 40), st.sampled_from([1, 1, 2, 3, 7]))

# Made once: what is made in a composite is made, and looked through, again for each draw.
COIN, NUMBERS, FEW, SOME = st.booleans(), st.integers(0, 30), st.integers(1, 3), st.integers(0, 1)
ONE_IN_FOUR, ONE_IN_FIVE, EIGHTHS = st.integers(0, 3), st.integers(0, 4), st.integers(0, 800)
FAILING_BELOW = st.none() | st.just(Fraction(121, 2))
COUNTS = {failing: st.integers(max(2, failing + 1), 5) for failing in range(4)}
LEVEL_POINTS = {
    count: st.sets(
        st.builds(Fraction, st.integers(0, 140), st.sampled_from([1, 7, 12])), min_size=count, max_size=count
    )
    for count in range(2, 6)
}
SCOPES, EFFECTS = st.sampled_from(["review", "section"]), st.sampled_from(["zero", "zero_section", "keep"])
EFFECTS_OR_NONE = st.sampled_from([None, "zero", "zero_section", "keep"])
CHANNELS = st.sampled_from([(), ("chat",), ("chat", "e-mail")])
ARITHMETICS = st.sampled_from(["sections", "pooled"])
PASS_MARKS = st.sampled_from([None, Fraction(80), Fraction(200, 3), Fraction("79.5")])
CAPS = st.sampled_from([None, Fraction(90)])
PLAIN = st.just("Name")
PROCEDURES = {True: st.none() | NAMES, False: st.none() | PLAIN}
PLACES = {count: st.integers(0, count - 1) for count in range(2, 6)}


@st.composite
def scales(draw: st.DrawFn, failing: int | None = None, *, worded: bool = False) -> Scale:
    """A scale; ``failing`` asks for so many failing levels at its end."""
    if failing is None and draw(ONE_IN_FIVE) == 0:
        return Scale(kind="percentage", failing_below=draw(FAILING_BELOW))
    count = draw(COUNTS[failing or 0])
    points = sorted(draw(LEVEL_POINTS[count]), reverse=True)
    levels = tuple(
        Level(
            key=f"l{n}",
            name=draw(NAMES) if worded else "Name",
            points=value,
            anchor=draw(TEXTS) if worded else "",
            failing=failing is not None and n >= count - failing,
            comment_required=draw(COIN),
        )
        for n, value in enumerate(points)
    )
    return Scale(kind="binary" if count == 2 else "levels", levels=levels)


@st.composite
def criteria(draw: st.DrawFn, key: str, *, critical: bool, worded: bool) -> Criterion:
    found, scale = None, draw(scales(worded=worded))
    names = NAMES if worded else PLAIN
    if critical and draw(COIN):
        failing = draw(FEW)
        scale = draw(scales(failing, worded=worded))
        scope: Any = draw(SCOPES)
        effect: Any = draw(EFFECTS_OR_NONE)
        found = Critical(scope=scope, effect=effect, fails_at=tuple(one.key for one in scale.levels if one.failing))
    return Criterion(
        key=key,
        name=draw(names),
        question=draw(names),
        weight=Fraction(draw(WEIGHTS)),
        scale=scale,
        critical=found,
        na_allowed=True,
        guidance=draw(TEXTS) if worded else "",
        root_causes=tuple(RootCause(key=f"r{n}", name=draw(names)) for n in range(draw(SOME))),
        procedure=draw(PROCEDURES[worded]),
    )


@st.composite
def versions(
    draw: st.DrawFn,
    *,
    bonus: bool = True,
    critical: bool = True,
    methods: tuple[str, ...] = ("additive", "deductive"),
    na_rules: tuple[str, ...] = ("removed", "full", "mean", "zero"),
    worded: bool = False,
) -> RubricVersion:
    names = NAMES if worded else PLAIN
    sections = []
    for s in range(draw(FEW)):
        extra = bonus and s > 0 and draw(COIN)
        sections.append(
            Section(
                key=f"s{s}",
                name=draw(names),
                weight=Fraction(draw(WEIGHTS)),
                bonus=extra,
                channels=draw(CHANNELS) if s else (),
                criteria=tuple(
                    draw(criteria(f"c{s}_{n}", critical=critical and not extra, worded=worded))
                    for n in range(draw(FEW))
                ),
            )
        )
    arithmetic: Any = draw(ARITHMETICS)
    method: Any = draw(st.sampled_from(methods))
    na_rule: Any = draw(st.sampled_from(na_rules))
    effect: Any = draw(EFFECTS)
    version = RubricVersion(
        key="trial",
        name=draw(names),
        major=draw(NUMBERS),
        minor=draw(NUMBERS),
        description=draw(TEXTS) if worded else "",
        pass_mark=draw(PASS_MARKS),
        cap=draw(CAPS),
        arithmetic=arithmetic,
        method=method,
        na_rule=na_rule,
        critical_effect=effect,
        sections=tuple(sections),
    )
    assert not check(version)
    return version


@st.composite
def answers_to(draw: st.DrawFn, version: RubricVersion, *, na: bool = True) -> dict[str, Answer]:
    """An answer to every criterion."""
    answers = {}
    for criterion in version.criteria:
        if na and draw(ONE_IN_FOUR) == 0:
            answers[criterion.key] = Answer(not_applicable=True)
        elif criterion.scale.levels:
            answers[criterion.key] = Answer(level=criterion.scale.levels[draw(PLACES[len(criterion.scale.levels)])].key)
        else:
            answers[criterion.key] = Answer(percentage=Fraction(draw(EIGHTHS), 8))
    return answers


@st.composite
def scored(draw: st.DrawFn, *, na: bool = True, **kind: Any) -> tuple[RubricVersion, dict[str, Answer]]:
    version = draw(versions(**kind))
    return version, draw(answers_to(version, na=na))
